import { Cancelled, UserError } from "../errors.ts";
import { kinds } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import type { Clock } from "../ports/world.ts";

/** A Lease is free 30 s after its last renewal: three renewals may be lost. */
const LEASE_SECONDS = 30;
const RENEW_EVERY_MS = 10_000;
const LOOK_AGAIN_MS = 2_000;

export interface LockOptions {
  kubernetes: Pick<Kubernetes, "get" | "create" | "replace">;
  clock: Clock;
  lease: { name: string; namespace: string };
  /** Who asks: `user@host (pid 123)`. */
  holder: string;
  signal: AbortSignal;
  /** Told while another run's Lease is awaited. */
  onWait: (message: string) => void;
}

export interface Lock {
  /** Aborts when the Lease was lost: nothing may be written any more. */
  lost: AbortSignal;
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
  return {
    lost: lost.signal,
    release: async () => {
      if (ending.signal.aborted) return;
      ending.abort();
      await renewing;
      if (!lost.signal.aborted) await write(options, "");
    },
  };
}

async function take(options: LockOptions): Promise<void> {
  const { kubernetes, clock, lease, holder, signal } = options;
  if (await kubernetes.create(leaseObject(options, holder))) return;
  let seenRenewal: string | undefined;
  for (;;) {
    if (signal.aborted) throw signal.reason ?? new Cancelled();
    const live = readLease(await kubernetes.get({ kind: kinds.Lease, ...lease }));
    if (live === undefined) {
      if (await kubernetes.create(leaseObject(options, holder))) return;
      continue;
    }
    const expired = clock.now().getTime() - live.renewedAt > live.seconds * 1000;
    if (live.holder === "" || live.holder === holder || expired) {
      if (await kubernetes.replace(leaseObject(options, holder, live.resourceVersion))) return;
      continue;
    }
    if (seenRenewal !== undefined && seenRenewal !== live.renewTime) throw lockedBy(live, clock);
    seenRenewal = live.renewTime;
    options.onWait(`another run holds the lock: ${live.holder}; waiting to see whether it lives`);
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
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
  let failures = 0;
  while (!ending.aborted) {
    try {
      await options.clock.sleep(RENEW_EVERY_MS, ending);
      if (await write(options, options.holder)) failures = 0;
      else return lost.abort(lostError(options));
    } catch {
      // An API server that is away for a moment may answer the next renewal.
      if (ending.aborted) return;
      failures += 1;
      if (failures * RENEW_EVERY_MS >= LEASE_SECONDS * 1000) return lost.abort(lostError(options));
    }
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
