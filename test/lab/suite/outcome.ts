import * as v from "valibot";
import type { Lab } from "../lab.ts";
import { accessTo, type Finished, INIT, runGatewayTls } from "./gateway-tls.ts";
import { writeEnvironment } from "../environment.ts";

/** How a command ended: in whose words, with which exit code. */
export interface Outcome extends Finished {
  /** Of the error, or else of the first finding. */
  code: string | undefined;
  /** Of the error. */
  message: string;
}

const Told = v.object({ code: v.string(), message: v.string() });
const Document = v.object({
  error: v.nullish(Told),
  findings: v.optional(v.array(v.looseObject({ code: v.nullish(v.string()) }))),
});

async function outcomeOf(lab: Lab, args: readonly string[]): Promise<Outcome> {
  const finished = await runGatewayTls(lab, [...args, "--output=json"]);
  if (finished.stdout === "") throw new Error(`${args[0]} printed nothing:\n${finished.stderr}`);
  const { error, findings = [] } = v.parse(Document, JSON.parse(finished.stdout));
  const { code } = error ?? findings[0] ?? {};
  return { ...finished, code: code ?? undefined, message: error?.message ?? "" };
}

/** `init --sample-app` with the lab's options. */
export const init = (lab: Lab, more: readonly string[] = []): Promise<Outcome> =>
  outcomeOf(lab, [...INIT, ...optionsOf(lab), "--sample-app", ...more]);

/** `check --pre` of the same. */
export function checkBefore(lab: Lab): Promise<Outcome> {
  const wanted = INIT.filter((option) => option.startsWith("--") && option !== "--yes");
  return outcomeOf(lab, ["check", "--pre", ...wanted, ...optionsOf(lab), "--sample-app"]);
}

const optionsOf = (lab: Lab): string[] => writeEnvironment(lab).options;

export const status = (lab: Lab): Promise<Outcome> => outcomeOf(lab, ["status", ...accessTo(lab)]);
