/** Something that the lab's user can put right; shown without a stack. */
export class LabError extends Error {
  override name = "LabError";
}
