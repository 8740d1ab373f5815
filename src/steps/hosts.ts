import { Cancelled, UserError } from "../errors.ts";
import type { DesiredHost } from "../plan/plan.ts";
import { Grace } from "./grace.ts";
import type { StepContext } from "./step.ts";
import { type Look, type Seen, tryUntil, type Wait, waitForObjects, type Watched } from "./wait.ts";

/** Takes the host out of the run, which goes on with the others; throws where that is not meant. */
export function failHost(context: StepContext, host: DesiredHost, error: unknown): void {
  const isHosts = error instanceof UserError && !(error instanceof Cancelled);
  if (!isHosts || error.retry !== undefined || context.waiting.aborted) throw error;
  if (context.failHost === undefined) throw error;
  context.failHost(host, error);
}

/**
 * Works on hosts side by side; answers those of hosts that did not fail, in order. `endsAt` is for
 * the waits of the work: a host that is late is not waited for long when others are done.
 */
export async function forEachHost<T>(
  context: StepContext,
  hosts: readonly DesiredHost[],
  work: (host: DesiredHost, endsAt: Wait["endsAt"]) => Promise<T>,
): Promise<T[]> {
  const grace = new Grace(context);
  const answers = await Promise.all(
    hosts.map(async (host) => {
      try {
        const answer = await work(host, grace.endsAt);
        grace.noteDone();
        return [answer];
      } catch (error) {
        failHost(context, host, error);
        return [];
      }
    }),
  );
  return answers.flat();
}

/** One wait for all hosts over one watch a kind; a host is done when its own look says so. */
export async function waitForHosts<K extends string>(
  context: StepContext,
  wait: Wait,
  watched: Record<K, Watched>,
  hosts: readonly DesiredHost[],
  lookAt: (seen: Seen<K>, host: DesiredHost) => Look<true>,
): Promise<void> {
  const waiting = new HostsWaiting(context, hosts);
  await waiting.until(() =>
    waitForObjects(context, { ...wait, endsAt: waiting.endsAt }, watched, (seen) => {
      waiting.begin();
      for (const host of waiting.hosts) waiting.note(host, () => lookAt(seen, host));
      return waiting.answer();
    }),
  );
}

/** The same by asking again with growing pauses: `prepare` asks once for all hosts. */
export async function tryHosts<T>(
  context: StepContext,
  wait: Wait,
  hosts: readonly DesiredHost[],
  look: {
    prepare: () => Promise<T>;
    lookAt: (prepared: T, host: DesiredHost) => Promise<Look<true>>;
  },
  pauses?: { firstMs: number; maxMs: number },
): Promise<void> {
  const waiting = new HostsWaiting(context, hosts);
  const attempt = async () => {
    waiting.begin();
    const prepared = await look.prepare();
    await Promise.all(
      waiting.hosts.map(async (host) => {
        const seen = await look.lookAt(prepared, host);
        waiting.note(host, () => seen);
      }),
    );
    return waiting.answer();
  };
  await waiting.until(() =>
    tryUntil(context, { ...wait, endsAt: waiting.endsAt }, attempt, pauses),
  );
}

/** Which hosts are still waited for, and each one's last reason. */
class HostsWaiting {
  readonly #context: StepContext;
  readonly #grace: Grace;
  #hosts: readonly DesiredHost[];
  #doneBefore = 0;
  #reasons = new Map<DesiredHost, string>();

  constructor(context: StepContext, hosts: readonly DesiredHost[]) {
    this.#context = context;
    this.#grace = new Grace(context);
    this.#hosts = hosts;
  }

  /** Without those that failed. */
  get hosts(): readonly DesiredHost[] {
    return this.#hosts;
  }

  get endsAt(): Wait["endsAt"] {
    return this.#grace.endsAt;
  }

  begin(): void {
    this.#reasons = new Map();
  }

  note(host: DesiredHost, look: () => Look<true>): void {
    try {
      const answer = look();
      if ("waiting" in answer) this.#reasons.set(host, answer.waiting);
    } catch (error) {
      failHost(this.#context, host, error);
      this.#hosts = this.#hosts.filter((one) => one !== host);
    }
  }

  answer(): Look<true> {
    const done = this.#hosts.length - this.#reasons.size;
    if (done > this.#doneBefore) this.#grace.noteDone();
    this.#doneBefore = done;
    const first = this.#hosts.find((host) => this.#reasons.has(host));
    const reason = first === undefined ? undefined : this.#reasons.get(first);
    return reason === undefined ? { done: true } : { waiting: reason };
  }

  /** When time is up, each host that is still waited for fails, for its own reason. */
  async until(wait: () => Promise<true>): Promise<void> {
    if (this.#hosts.length === 0) return;
    try {
      await wait();
    } catch (error) {
      if (!(error instanceof UserError) || error.exitCode !== 124) throw error;
      const late = this.#hosts.filter((host) => this.#reasons.has(host));
      if (late.length === 0) throw error;
      for (const host of late) failHost(this.#context, host, this.#explain(error, host));
    }
  }

  /** The first host's reason is in the error already; the others have their own. */
  #explain(error: UserError, host: DesiredHost): UserError {
    const reason = this.#reasons.get(host) ?? "";
    if (error.message.includes(reason.replace(/[.\s]+$/, ""))) return error;
    const { code, message, hint, exitCode } = error;
    const own = message.replace(/last seen: .*$/s, `last seen: ${reason}.`);
    return new UserError(code, own, { exitCode, ...(hint === undefined ? {} : { hint }) });
  }
}
