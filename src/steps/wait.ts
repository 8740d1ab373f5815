import { type ErrorCode, UserError } from "../errors.ts";
import type { ResourceKind } from "../kinds.ts";
import type { KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import type { StepContext } from "./step.ts";

/** What a look at the world says: finished with a value, or still waiting and why. */
export type Look<T> = { done: T } | { waiting: string };

/** With `name` a single object, else every one of the kind that the options select. */
export interface Watched {
  kind: ResourceKind;
  options?: ListOptions & { name?: string };
}

/** The newest set of each watched kind, by the key it was asked under. */
export type Seen<K extends string> = Record<K, readonly KubernetesObject[]>;

type WaitContext = Pick<StepContext, "world" | "waiting" | "report" | "options">;

/** A wait that can run out: what for, and what to do then. */
export interface Wait {
  /** A noun phrase: "The load balancer's address". */
  what: string;
  /** `GT-WAIT-TIMEOUT` unless this wait has a code of its own. */
  code?: ErrorCode;
  hint?: string;
  /** The run's `--timeout` unless this wait is known to be short. */
  limitSeconds?: number;
  /** Ends it earlier, at a time (ms) that may still move; `undefined` as long as there is none. */
  endsAt?: (() => number | undefined) | undefined;
}

/**
 * Watches some kinds until `look` is done; it is asked once every kind was listed, and after each
 * change. Shows each new reason. When time is up: the wait's error, with the last reason.
 */
export async function waitForObjects<K extends string, T>(
  context: WaitContext,
  wait: Wait,
  watched: Record<K, Watched>,
  look: (seen: Seen<K>) => Look<T>,
): Promise<T> {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, context.waiting]);
  let reason = "nothing was seen yet";
  const seen = new Map<string, readonly KubernetesObject[]>();
  const keys = keysOf(watched);
  const lookAgain = (): T | undefined => {
    if (keys.some((key) => !seen.has(key))) return undefined;
    const all = Object.fromEntries(keys.map((key) => [key, seen.get(key) ?? []]));
    // Every key was set above; Object.fromEntries only knows string keys.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const answer = look(all as Seen<K>);
    if ("done" in answer) return answer.done;
    if (answer.waiting !== reason) context.report((reason = answer.waiting));
    return undefined;
  };
  const watchOne = async (key: K): Promise<T> => {
    const { kind, options = {} } = watched[key];
    for await (const objects of context.world.kubernetes.observe(kind, options, signal)) {
      seen.set(key, objects);
      const done = lookAgain();
      if (done !== undefined) return done;
    }
    return neverAfterAbort(context.waiting);
  };
  const deadline = async (): Promise<never> => {
    const seconds = await sleepUntilOver(context, wait, signal);
    throw timedOut(wait, reason, seconds);
  };
  try {
    return await Promise.race([deadline(), ...keys.map(watchOne)]);
  } finally {
    ending.abort();
  }
}

/**
 * Tries with growing pauses (DNS and probes: the cluster is watched instead) until done. Shows
 * each new reason. When time is up: the wait's error, with the last reason.
 */
export async function tryUntil<T>(
  context: WaitContext,
  wait: Wait,
  attempt: () => Promise<Look<T>>,
  pauses: { firstMs: number; maxMs: number } = { firstMs: 1000, maxMs: 10_000 },
): Promise<T> {
  const { clock } = context.world;
  const begunAt = clock.now().getTime();
  let reason: string | undefined;
  for (let pauseMs = pauses.firstMs; ; pauseMs = Math.min(pauseMs * 1.5, pauses.maxMs)) {
    context.waiting.throwIfAborted();
    const answer = await attempt();
    if ("done" in answer) return answer.done;
    if (answer.waiting !== reason) context.report((reason = answer.waiting));
    const over = findEnd(context, wait, begunAt);
    if (clock.now().getTime() + pauseMs > over) {
      throw timedOut(wait, reason, Math.round((over - begunAt) / 1000));
    }
    await clock.sleep(pauseMs, context.waiting);
  }
}

const limitOf = ({ options }: WaitContext, { limitSeconds = Infinity }: Wait): number =>
  Math.min(options.timeoutSeconds, limitSeconds);

const findEnd = (context: WaitContext, wait: Wait, begunAt: number): number =>
  Math.min(begunAt + limitOf(context, wait) * 1000, wait.endsAt?.() ?? Infinity);

/** How long the end of a wait stays unknown before it is asked for again. */
const ASK_AGAIN_MS = 10_000;

/** Answers how many seconds it took. */
async function sleepUntilOver(
  context: WaitContext,
  wait: Wait,
  signal: AbortSignal,
): Promise<number> {
  const { clock } = context.world;
  const begunAt = clock.now().getTime();
  for (;;) {
    const left = findEnd(context, wait, begunAt) - clock.now().getTime();
    if (left <= 0) return Math.round((clock.now().getTime() - begunAt) / 1000);
    await clock.sleep(wait.endsAt === undefined ? left : Math.min(left, ASK_AGAIN_MS), signal);
  }
}

const RESUME =
  "Run `gateway-tls status` to see the first broken link, then the same command again: it resumes.";

function timedOut(wait: Wait, reason: string, seconds: number): UserError {
  const { what, code = "GT-WAIT-TIMEOUT", hint = RESUME } = wait;
  const seen = reason.replace(/[.\s]+$/, "");
  const message = `${what} did not come about within ${seconds} s; last seen: ${seen}.`;
  return new UserError(code, message, { hint, exitCode: 124 });
}

/** `observe` just ends when its signal aborts; the wait ends with the reason of that abort. */
async function neverAfterAbort(waiting: AbortSignal): Promise<never> {
  waiting.throwIfAborted();
  return new Promise<never>(() => undefined);
}

// Object.keys forgets the key type.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const keysOf = <K extends string>(record: Record<K, unknown>): K[] => Object.keys(record) as K[];
