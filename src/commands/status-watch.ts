import { setMaxListeners } from "node:events";
import { UserError } from "../errors.ts";
import type { Survey } from "../facts/survey.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import type { Looked } from "./looked.ts";
import { listWatched, type Watched } from "./status-watched.ts";

/** Changes come in bursts: what happens within this is looked at once. */
const BURST_MS = 500;
/** DNS, logs and what is served cannot be watched: they are asked again, ever less often. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;
/** What cannot be seen as often as this will not be: an answer may fail to come once. */
const UNSEEN_LOOKS = 3;

/** What to look at again and again, and who is told. */
export interface Watching {
  world: Pick<ConnectedWorld, "kubernetes" | "clock">;
  /** Ctrl-C. */
  signal: AbortSignal;
  timeoutSeconds: number;
  survey: Survey;
  /** With an earlier look after which nothing has changed in the cluster: only the rest is read. */
  look: (unchanged?: Looked) => Promise<Looked>;
  /** Told of every look; the first one has nothing before it. */
  onLook: (looked: Looked, before: Looked | undefined) => Promise<void>;
}

/**
 * Looks again after every change in the cluster until all is well, something is broken, or only
 * what cannot be seen is left. Throws `GT-WAIT-TIMEOUT` (exit 124) with the last reason, and what
 * a watch ended with.
 */
export async function watchStatus(watching: Watching): Promise<Looked> {
  const { world, signal, timeoutSeconds, survey, look, onLook } = watching;
  const deadline = world.clock.now().getTime() + timeoutSeconds * 1000;
  const changes = new Changes(world, listWatched(survey), signal);
  try {
    let before: Looked | undefined;
    let changed = true;
    let unseen = 0;
    // What changes from here on is heard of: the first look must not come before.
    await changes.begun();
    for (let pauseMs = FIRST_PAUSE_MS; ;) {
      const looked = await look(changed || changes.hasGaps ? undefined : before);
      await onLook(looked, before);
      unseen = isAsUnseen(looked, before) ? unseen + 1 : 1;
      if (isOver(looked, unseen)) return looked;
      const left = deadline - world.clock.now().getTime();
      if (left <= 0) throw timedOut(looked, timeoutSeconds);
      changed = await changes.next(Math.min(pauseMs, left));
      pauseMs = changed ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      before = looked;
    }
  } finally {
    changes.stop();
  }
}

function isOver({ status: { verdict } }: Looked, unseen: number): boolean {
  if (verdict === "unknown") return unseen >= UNSEEN_LOOKS;
  return verdict !== "waiting";
}

/** The same links could not be seen, for the same kind of reason. */
function isAsUnseen({ status }: Looked, before: Looked | undefined): boolean {
  return before?.status.verdict === "unknown" && nameUnseen(status) === nameUnseen(before.status);
}

const nameUnseen = ({ findings }: Looked["status"]): string =>
  JSON.stringify(findings.map(({ link, state, code, hosts }) => [link, state, code, hosts]));

function timedOut({ status }: Looked, seconds: number): UserError {
  const [first] = status.findings;
  const reason =
    first === undefined ? "nothing was seen" : `${first.link}: ${first.reason ?? first.state}`;
  return new UserError(
    "GT-WAIT-TIMEOUT",
    `Not all was well within ${seconds} s; last seen: ${reason.replace(/[.\s]+$/, "")}.`,
    { hint: status.next ?? "gateway-tls status", exitCode: 124 },
  );
}

/** One watch per kind, and the news of all of them together. */
class Changes {
  readonly #clock: Watching["world"]["clock"];
  readonly #signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #first: Promise<unknown>;
  readonly #broken: Promise<never>;
  /** Something may not be watched: it has to be read at every look. */
  hasGaps = false;
  #news = false;
  #wake: () => void = () => undefined;

  constructor(
    { kubernetes, clock }: Watching["world"],
    watched: readonly Watched[],
    signal: AbortSignal,
  ) {
    this.#clock = clock;
    this.#signal = AbortSignal.any([signal, this.#ending.signal]);
    // Each watch listens to it.
    setMaxListeners(0, this.#signal);
    const watches = watched.map(([kind, options = {}]) =>
      this.#follow(kubernetes.observe(kind, options, this.#signal)[Symbol.asyncIterator]()),
    );
    this.#first = Promise.all(watches.map(({ begun }) => begun));
    this.#first.catch(() => undefined);
    this.#broken = Promise.race([
      new Promise<never>(() => undefined),
      ...watches.map(async ({ ended }) => {
        await ended;
        return new Promise<never>(() => undefined);
      }),
    ]);
    // Heard where somebody waits; a watch may also break while nobody does.
    this.#broken.catch(() => undefined);
  }

  /** Every watch has seen what there is. Throws what one of them ended with. */
  async begun(): Promise<void> {
    await this.#first;
  }

  /** `true` after a change; `false` when `ms` passed without one. */
  async next(ms: number): Promise<boolean> {
    const pause = new AbortController();
    const signal = AbortSignal.any([this.#signal, pause.signal]);
    try {
      if (!this.#news) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        await Promise.race([woken, this.#clock.sleep(ms, signal), this.#broken]);
      }
      const changed = this.#news;
      if (changed) await this.#clock.sleep(BURST_MS, signal);
      this.#news = false;
      return changed;
    } finally {
      pause.abort();
    }
  }

  stop(): void {
    this.#ending.abort();
  }

  #follow(sets: AsyncIterator<readonly KubernetesObject[]>) {
    const begun = sets.next().then(() => undefined);
    const follow = async (): Promise<void> => {
      await begun;
      while ((await sets.next()).done !== true) {
        this.#news = true;
        this.#wake();
      }
    };
    return { begun: begun.catch(this.#leaveGap), ended: follow().catch(this.#leaveGap) };
  }

  readonly #leaveGap = (error: unknown): void => {
    if (!(error instanceof UserError) || error.code !== "GT-CLUSTER-FORBIDDEN") throw error;
    this.hasGaps = true;
  };
}
