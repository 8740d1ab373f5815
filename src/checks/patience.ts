import { broken, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";

/** A controller looks at a change within seconds; one that ended is started anew within minutes. */
const LOOKING_MS = 300_000;
/** The API server waits five seconds for its peers, then serves a CRD. */
export const ESTABLISHING_MS = 60_000;
/** Kubernetes itself gives a rollout ten minutes (progressDeadlineSeconds). */
export const STARTING_MS = 600_000;
/** A gateway takes a new Secret up within seconds. */
export const TAKING_UP_MS = 60_000;
/** An approver answers within seconds; a person needs longer. */
export const APPROVING_MS = 900_000;
/** A CA that is busy takes minutes; what it waits for stands on the order or the challenge. */
export const ISSUING_MS = 1_800_000;

/** Something on its way, and since when. */
export interface Wait {
  /** What is waited for, as a clause: "the controller has not looked at the Gateway yet". */
  reason: string;
  /** ISO 8601; where nobody knows it, nobody can say that it is late. */
  since: string | undefined;
  object?: string | undefined;
}

/** On its way for so long; after that it is broken, and `late` says how. */
export function waitAtMost(
  limitMs: number,
  { facts }: Pick<LinkInput, "facts">,
  { reason, since, object }: Wait,
  late: () => LinkVerdict,
): LinkVerdict {
  return isLate(facts.now, since, limitMs) ? late() : onItsWay(reason, { since, object });
}

/** Whether a moment is longer ago than that; a moment that nobody knows is not. */
export function isLate(now: string, since: string | undefined, limitMs: number): boolean {
  return since !== undefined && Date.parse(now) - Date.parse(since) > limitMs;
}

/** A controller that does what takes it seconds; where it has not for minutes, its log tells why. */
export function awaitController(
  input: Pick<LinkInput, "facts">,
  wait: Wait,
  logs: string,
  limitMs = LOOKING_MS,
): LinkVerdict {
  const { reason, since, object } = wait;
  return waitAtMost(limitMs, input, wait, () =>
    broken(
      "GT-CONTROLLER-SILENT",
      `${asSentence(reason.replace(/ yet$/, ""))}, although that takes seconds.`,
      { since, object, hint: logs },
    ),
  );
}

/** cert-manager is written small everywhere. */
const asSentence = (clause: string): string =>
  clause.startsWith("cert-manager") ? clause : clause.charAt(0).toUpperCase() + clause.slice(1);

/** The latest of some moments, ISO 8601. */
export function latestOf(...moments: readonly (string | undefined)[]): string | undefined {
  return moments
    .filter((one) => one !== undefined)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}
