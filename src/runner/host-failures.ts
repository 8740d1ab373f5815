import { UserError } from "../errors.ts";
import type { HostFailure } from "../steps/step.ts";

/** One host's failure is the command's own; of several, all are told. */
export function explainFailures(
  about: readonly string[],
  failures: readonly HostFailure[],
): UserError | undefined {
  const own = failures.filter(({ host }) => about.includes(host.host.hostname));
  const [first] = own;
  if (first === undefined) return undefined;
  if (about.length === 1) return first.error;
  const lines = own.map(({ host, error }) => `${host.host.hostname}: ${error.message}`);
  const served = about.length - own.length;
  const rest = served === 0 ? "None is served." : `The other ${served} are served.`;
  return new UserError(
    "GT-HOSTS-FAILED",
    [`${own.length} of ${about.length} hosts could not be set up. ${rest}`, ...lines].join("\n"),
    {
      hint: "Put right what is named, then run the same command again; remove-host takes a host out.",
      exitCode: own.every(({ error }) => error.exitCode === 124) ? 124 : 1,
    },
  );
}

/** Hosts that were there before and do not work now: the run was not about them. */
export function warnOfOthers(about: readonly string[], failures: readonly HostFailure[]): string[] {
  return failures
    .filter(({ host }) => !about.includes(host.host.hostname))
    .map(({ host, error }) => `${host.host.hostname} does not work: ${error.message}`);
}
