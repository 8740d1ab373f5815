import type { Tools } from "../ports/world.ts";
import { readFact, type Fact } from "./fact.ts";

/** Versions without a leading `v`; `undefined` for a program that is not on the PATH. */
export interface ToolVersions {
  kubectl: string | undefined;
  helm: string | undefined;
}

/** Which kubectl and helm this machine has. */
export async function readTools(tools: Tools): Promise<Fact<ToolVersions>> {
  return readFact(() => tools.versions());
}
