import { setMaxListeners } from "node:events";
import { UserError } from "../errors.ts";
import { kinds, type ResourceKind } from "../kinds.ts";
import { DATA_PLANE, PARTS } from "../facts/status-cluster.ts";
import type { Survey } from "../facts/survey.ts";
import type { KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import type { Looked } from "./looked.ts";

type Watched = readonly [ResourceKind, ListOptions?];

/**
 * What a change of anything in the chain begins with; Secrets and Pods follow from these. No more
 * than is looked at: elsewhere in a busy cluster something always changes.
 */
function listWatched({ kept, gateways, serviceNamespaces, targets }: Survey): Watched[] {
  const issuance = [
    kinds.Issuer,
    kinds.Certificate,
    kinds.CertificateRequest,
    kinds.Order,
    kinds.Challenge,
  ];
  const gatewayNamespaces = gateways.map(({ namespace }) => namespace);
  const backends = targets.flatMap((one) => one.backends.map(({ namespace }) => namespace));
  return [
    [kinds.Gateway],
    [kinds.GatewayClass],
    [kinds.HTTPRoute],
    [kinds.ClusterIssuer],
    ...issuance.flatMap((kind) => within(kind, gatewayNamespaces)),
    [kinds.Deployment, { labelSelector: PARTS }],
    [kinds.Deployment, { labelSelector: DATA_PLANE }],
    ...within(kinds.Service, serviceNamespaces),
    // The backends of a Gateway made by hand are only found by looking.
    ...(kept ? within(kinds.EndpointSlice, backends) : [[kinds.EndpointSlice] as const]),
  ];
}

function within(kind: ResourceKind, namespaces: readonly string[]): Watched[] {
  return [...new Set(namespaces)].map((namespace) => [kind, { namespace }]);
}

/** Changes come in bursts: what happens within this is looked at once. */
const BURST_MS = 500;
/** DNS, logs and what is served cannot be watched: they are asked again, ever less often. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30_000;

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
 * Looks again after every change in the cluster until all is well or something is broken. Throws
 * `GT-WAIT-TIMEOUT` (exit 124) with the last reason, and what a watch ended with.
 */
export async function watchStatus(watching: Watching): Promise<Looked> {
  const { world, signal, timeoutSeconds, survey, look, onLook } = watching;
  const deadline = world.clock.now().getTime() + timeoutSeconds * 1000;
  const changes = new Changes(world, listWatched(survey), signal);
  try {
    let before: Looked | undefined;
    let changed = true;
    // What changes from here on is heard of: the first look must not come before.
    await changes.begun();
    for (let pauseMs = FIRST_PAUSE_MS; ;) {
      const looked = await look(changed ? undefined : before);
      await onLook(looked, before);
      if (isOver(looked)) return looked;
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

function isOver({ status: { verdict } }: Looked): boolean {
  return verdict === "healthy" || verdict === "degraded";
}

function timedOut({ status }: Looked, seconds: number): UserError {
  const [first] = status.findings;
  const reason =
    first === undefined ? "nothing was seen" : `${first.link}: ${first.reason ?? first.state}`;
  return new UserError(
    "GT-WAIT-TIMEOUT",
    `Not all was well within ${seconds} s; last seen: ${reason.replace(/[.\s]+$/, "")}.`,
    { hint: status.next ?? "Run gateway-tls status again.", exitCode: 124 },
  );
}

/** One watch per kind, and the news of all of them together. */
class Changes {
  readonly #clock: Watching["world"]["clock"];
  readonly #signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #first: Promise<unknown>;
  readonly #broken: Promise<never>;
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
    const first: Promise<void>[] = [];
    const watches = watched.map(([kind, options = {}]) => {
      const sets = kubernetes.observe(kind, options, this.#signal)[Symbol.asyncIterator]();
      const begun = sets.next().then(() => undefined);
      first.push(begun);
      return begun.then(() => this.#follow(sets));
    });
    this.#first = Promise.all(first);
    this.#first.catch(() => undefined);
    this.#broken = Promise.race([
      new Promise<never>(() => undefined),
      ...watches.map(async (watch) => {
        await watch;
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

  async #follow(sets: AsyncIterator<readonly KubernetesObject[]>): Promise<void> {
    while ((await sets.next()).done !== true) {
      this.#news = true;
      this.#wake();
    }
  }
}
