import { wantsColor } from "./color.ts";
import type { RunOptions } from "./config.ts";
import { DEFAULT_CERTIFICATES_PER_WEEK, DEFAULT_TIMEOUT_SECONDS } from "./defaults.ts";
import type { Values } from "./settings.ts";

/** Where the user speaks: a part of the CLI's Io. */
export interface Surroundings {
  stdin: { isTTY?: boolean };
  stderr: { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** `CI`, as the common services set it; `false` and `0` say that this is none. */
export function isCi({ CI: ci = "" }: NodeJS.ProcessEnv): boolean {
  return ci !== "" && ci !== "0" && ci !== "false";
}

/** Somebody can be asked: a terminal on both ends, no CI, no `--yes`. */
export function isInteractive(
  { stdin, stderr, env }: Surroundings,
  { yes }: Pick<RunOptions, "yes">,
): boolean {
  const { TERM: term } = env;
  return stdin.isTTY === true && stderr.isTTY === true && !isCi(env) && term !== "dumb" && !yes;
}

/** How this run behaves, by what was said, with every default. */
export function toRunOptions(values: Values, { env, stderr }: Surroundings): RunOptions {
  const { profile, kubeconfig, context, dnsServer, trustCa, sandboxState } = values;
  return {
    ...(profile === undefined ? {} : { profile }),
    yes: values.yes ?? false,
    dryRun: values.dryRun ?? false,
    output: values.output ?? "text",
    skipRehearsal: values.skipRehearsal ?? false,
    certificatesPerWeek: values.certificatesPerWeek ?? DEFAULT_CERTIFICATES_PER_WEEK,
    ...(values.deleteCrds === undefined ? {} : { deleteCrds: values.deleteCrds }),
    timeoutSeconds: values.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(dnsServer === undefined ? {} : { dnsServer }),
    ...(trustCa === undefined ? {} : { trustCa }),
    sandbox: values.sandbox ?? false,
    ...(sandboxState === undefined ? {} : { sandboxState }),
    sandboxFaults: values.sandboxFaults ?? [],
    color: wantsColor(values.color, env, stderr),
    debug: values.debug ?? false,
  };
}
