/** A screen as it would be pasted: commands of several lines in one, and single spaces. */
export function joinLines(text: string): string {
  return text
    .replaceAll(/ \\\n +/g, " ")
    .replaceAll(/\\\n/g, "")
    .replaceAll(/\s+/g, " ");
}
