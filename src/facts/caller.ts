import type { Caller, CallerIdentity } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";

/** Who asks AWS: unknown without credentials, or with expired ones. */
export async function readCaller(caller: Caller): Promise<Fact<CallerIdentity>> {
  return readFact(() => caller.identify());
}
