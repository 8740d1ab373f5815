import { UserError } from "../errors.ts";
import { kinds } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import type { Clock } from "../ports/world.ts";

/** A Lease is free when it has not been renewed for so long: three renewals may be lost. */
const LEASE_SECONDS = 30;
const RENEW_EVERY_MS = 10_000;
/** The RetryPeriod of Kubernetes' own controllers (component-base, config/v1alpha1/defaults.go). */
const LOOK_AGAIN_MS = 2_000;
/** A run that ends does not wait longer for an API server to take the Lease back. */
const RELEASE_WITHIN_MS = 10_000;
/**
 * AWS refuses a clock that is off by five minutes, so those of two runs are at most ten apart: what
 * was renewed longer ago than that is old whosever clock is right.
 */
const CLOCKS_APART_MS = 10 * 60_000;

/** Whose Lease is taken, where, and by which clock. */
export interface LockOptions {
  kubernetes: Pick<Kubernetes, "get" | "create" | "replace">;
  clock: Clock;
  lease: { name: string; namespace: string };
  /** Who asks, unlike any other run: `user@host (pid 123, run 4f2a9c)`. */
  holder: string;
  signal: AbortSignal;
  /** Told while another run's Lease is awaited. */
  onWait: (message: string) => void;
}

/** A Lease that is held. */
export interface Lock {
  /** Aborts when the Lease was lost: nothing may be written any more. */
  lost: AbortSignal;
  /** Renews it no more: it stays ours for a last write, of at most 20 s, before `release`. */
  settle(): Promise<void>;
  /** Gives it back. Never fails: a Lease that cannot be given back runs out. */
  release(): Promise<void>;
}

/**
 * Takes the Lease that keeps two runs apart, and renews it until `release`. A Lease whose holder
 * died runs out and is taken over; one whose holder lives is `GT-LOCKED`.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  await take(options);
  const lost = new AbortController();
  const ending = new AbortController();
  const renewing = renewUntil(ending.signal, options, lost);
  const settle = async (): Promise<void> => {
    ending.abort();
    await renewing;
  };
  let isReleased = false;
  return {
    lost: lost.signal,
    settle,
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      await settle();
      if (lost.signal.aborted) return;
      await within(options.clock, RELEASE_WITHIN_MS, write(options, "")).catch(() => undefined);
    },
  };
}

async function take(options: LockOptions): Promise<void> {
  const { kubernetes, clock, lease, holder, signal } = options;
  let seen: { renewTime: string; at: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const live = readLease(await kubernetes.get({ kind: kinds.Lease, ...lease }));
    if (live === undefined) {
      if (await kubernetes.create(leaseObject(options, holder))) return;
      continue;
    }
    const now = clock.now().getTime();
    seen ??= { renewTime: live.renewTime, at: now };
    if (live.holder === "" || live.holder === holder || isOver(live, seen.at, now)) {
      if (await kubernetes.replace(leaseObject(options, holder, live.resourceVersion))) return;
      continue;
    }
    if (seen.renewTime !== live.renewTime) throw lockedBy(live, clock);
    options.onWait(`another run holds the lock: ${live.holder}; waiting to see whether it lives`);
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/** As client-go judges it (tools/leaderelection): by how long we saw no renewal, not by its date. */
function isOver({ seconds, renewedAt }: LiveLease, seenAt: number, now: number): boolean {
  const livesMs = seconds * 1000;
  return now - seenAt > livesMs || now - renewedAt > livesMs + CLOCKS_APART_MS;
}

function lockedBy(live: LiveLease, clock: Clock): UserError {
  const minutes = Math.floor((clock.now().getTime() - live.acquiredAt) / 60_000);
  return new UserError(
    "GT-LOCKED",
    `Another gateway-tls run is changing this cluster: ${live.holder}, since ${live.acquireTime} (${minutes} min).`,
    { hint: "Wait for it to end, then run the same command again." },
  );
}

async function renewUntil(
  ending: AbortSignal,
  options: LockOptions,
  lost: AbortController,
): Promise<void> {
  const { clock } = options;
  const now = () => clock.now().getTime();
  let renewedAt = now();
  while (!ending.aborted) {
    try {
      await clock.sleep(RENEW_EVERY_MS, ending);
      const at = now();
      const leftMs = renewedAt + LEASE_SECONDS * 1000 - at;
      if (!(await within(clock, leftMs, write(options, options.holder), ending)))
        return lost.abort(lostError(options));
      renewedAt = at;
    } catch {
      // An API server that is away for a moment may answer the next renewal.
      if (ending.aborted) return;
      if (now() - renewedAt >= LEASE_SECONDS * 1000) return lost.abort(lostError(options));
    }
  }
}

/** Rejects when there is no answer in time; what was asked is not waited for any longer. */
async function within<T>(
  clock: Clock,
  ms: number,
  answer: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const answered = new AbortController();
  const over = signal === undefined ? [] : [signal];
  const late = clock.sleep(ms, AbortSignal.any([answered.signal, ...over])).then(() => {
    throw new Error("no answer in time");
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}

function lostError({ lease }: LockOptions): UserError {
  return new UserError(
    "GT-LOCK-LOST",
    `The Lease ${lease.namespace}/${lease.name} could not be renewed, so this run stopped before writing more.`,
    { hint: "Run the same command again: it resumes where this one ended." },
  );
}

/** Renews, or with an empty holder releases; `false` when someone else holds it. */
async function write(options: LockOptions, holder: string): Promise<boolean> {
  const { kubernetes, lease } = options;
  for (;;) {
    const live = readLease(await kubernetes.get({ kind: kinds.Lease, ...lease }));
    if (live === undefined || live.holder !== options.holder) return false;
    const next = leaseObject(options, holder, live.resourceVersion, live.acquireTime);
    if (await kubernetes.replace(next)) return true;
  }
}

interface LiveLease {
  holder: string;
  resourceVersion: string | undefined;
  acquireTime: string;
  renewTime: string;
  acquiredAt: number;
  renewedAt: number;
  seconds: number;
}

function readLease(object: KubernetesObject | undefined): LiveLease | undefined {
  if (object === undefined) return undefined;
  const spec = typeof object["spec"] === "object" && object["spec"] !== null ? object["spec"] : {};
  const field = (name: string): unknown => Object.entries(spec).find(([key]) => key === name)?.[1];
  const text = (name: string): string => {
    const value = field(name);
    return typeof value === "string" ? value : "";
  };
  const seconds = field("leaseDurationSeconds");
  return {
    holder: text("holderIdentity"),
    resourceVersion: object.metadata.resourceVersion,
    acquireTime: text("acquireTime"),
    renewTime: text("renewTime"),
    acquiredAt: Date.parse(text("acquireTime")) || 0,
    renewedAt: Date.parse(text("renewTime")) || 0,
    seconds: typeof seconds === "number" ? seconds : LEASE_SECONDS,
  };
}

function leaseObject(
  { clock, lease }: LockOptions,
  holder: string,
  resourceVersion?: string,
  acquireTime?: string,
): KubernetesObject {
  // MicroTime wants six digits (k8s.io/apimachinery, meta/v1/micro_time.go).
  const now = clock.now().toISOString().replace("Z", "000Z");
  return {
    apiVersion: kinds.Lease.apiVersion,
    kind: kinds.Lease.kind,
    metadata: {
      ...lease,
      labels: { "app.kubernetes.io/managed-by": "gateway-tls" },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: acquireTime ?? now,
      renewTime: now,
    },
  };
}
