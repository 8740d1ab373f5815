import { Cancelled, UserError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { kinds } from "../kinds.ts";
import type { Plan } from "../plan/plan.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { acquireLock, type Lock } from "./lock.ts";

/** Whose Lease it is, and what has to be as it was when it is taken. */
export interface LeaseOptions {
  plan: Plan;
  world: ConnectedWorld;
  /** Ctrl-C: after it the Lease is not taken any more. */
  signal: AbortSignal;
  holder: string;
  madeFrom?: { text: string | undefined };
}

/** Who waits for the Lease: until when, and how it is told while another run holds it. */
export interface LeaseWait {
  waiting: AbortSignal;
  report: (message: string) => void;
}

/**
 * The Lease of one run, taken when it has something to write: before its first step, or as late as
 * its first write, where nothing was to do and a step then finds a difference all the same.
 */
export class RunLease {
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  #lock: Lock | undefined;
  #taking: Promise<void> | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether it was taken, and not given back. */
  get isHeld(): boolean {
    return this.#lock !== undefined;
  }

  /** Aborts when the Lease was lost: nothing may be written any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Takes it, once for all who ask, and makes sure that the config that the plan was made from is
   * still kept. Throws `GT-LOCKED` and `GT-CONFIG-CHANGED`, to everyone who asks again too; only
   * what may pass by itself is tried anew.
   */
  take(wait?: LeaseWait): Promise<void> {
    if (this.isHeld) return Promise.resolve();
    this.#taking ??= this.#take(wait).catch((error: unknown) => {
      if (error instanceof UserError && error.retry !== undefined) this.#taking = undefined;
      throw error;
    });
    return this.#taking;
  }

  /** Renews it no more: it stays ours for a last write, of at most 20 s, before `release`. */
  async settle(): Promise<void> {
    await this.#lock?.settle();
  }

  /** Gives it back, if it was taken, and lets nobody take it any more. Never fails. */
  async release(): Promise<void> {
    this.#over.abort(new Cancelled("The run was over before it wrote."));
    await this.#taking?.catch(() => undefined);
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  async #take(wait: LeaseWait | undefined): Promise<void> {
    const signals = [this.#options.signal, this.#over.signal, this.#lost.signal];
    const signal = AbortSignal.any(wait === undefined ? signals : [...signals, wait.waiting]);
    signal.throwIfAborted();
    await this.#ensureNamespace();
    const lock = await acquireLock({
      ...this.#lockOptions(),
      signal,
      onWait: (message) => wait?.report(message),
    });
    lock.lost.addEventListener("abort", () => this.#lost.abort(lock.lost.reason), { once: true });
    try {
      await this.#refuseChanged();
      signal.throwIfAborted();
      this.#lock = lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  #lockOptions() {
    const { world, plan, holder } = this.#options;
    const namespace = plan.namespaces.own.metadata.name;
    const { kubernetes, clock } = world;
    return { kubernetes, clock, holder, lease: { name: plan.names.lease, namespace } };
  }

  /** Where it is gone, what was kept in it is gone too, and a run that finds that makes nothing. */
  async #ensureNamespace(): Promise<void> {
    const { plan, world, madeFrom } = this.#options;
    const { own } = plan.namespaces;
    const ref = { kind: kinds.Namespace, name: own.metadata.name };
    if ((await world.kubernetes.get(ref)) !== undefined) return;
    if (madeFrom?.text !== undefined) throw changedError();
    await world.kubernetes.apply([own]);
  }

  async #refuseChanged(): Promise<void> {
    const { madeFrom, world } = this.#options;
    if (madeFrom === undefined) return;
    const now = await readKeptConfig(world.kubernetes);
    if (!now.known) throw now.error;
    if (now.value?.text !== madeFrom.text) throw changedError();
  }
}

function changedError(): UserError {
  return new UserError(
    "GT-CONFIG-CHANGED",
    "Another run changed the kept configuration while this one was being prepared. Nothing was changed by this one.",
    { hint: "Run the same command again: it starts from what is kept now." },
  );
}
