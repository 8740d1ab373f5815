import type { KubernetesObject } from "../ports/kubernetes.ts";
import { VirtualClock } from "./clock.ts";
import type { SandboxFault } from "./faults.ts";
import { ObjectStore } from "./store/object-store.ts";
import type { WorldState } from "./world-state.ts";

/** Acts on what it sees in the world; called again after every change and whenever time is up. */
export type Controller = (simulation: Simulation) => void;

export interface SimulationOptions {
  state: WorldState;
  controllers: readonly Controller[];
  /** Told when controllers changed something. */
  onChange?: () => void;
}

/** How long a watch event takes to its controllers. */
const NOTICE_MS = 200;
const NOTICE = "controllers/notice";
const MAX_EVENTS = 1_000;
/** A controller that never comes to rest is a bug; a pass ends there. */
const MAX_ROUNDS = 40;

/** The running world: its state, its clock, and the controllers that act in it. */
export class Simulation {
  readonly state: WorldState;
  readonly store: ObjectStore;
  readonly clock: VirtualClock;
  readonly #controllers: readonly Controller[];
  readonly #onChange: () => void;
  readonly #watchers = new Set<(kind: string) => void>();
  #running = false;
  #changes = 0;

  constructor(options: SimulationOptions) {
    this.state = options.state;
    this.#controllers = options.controllers;
    this.#onChange = options.onChange ?? (() => undefined);
    this.store = new ObjectStore(options.state, (object) => {
      this.#noteChange(object);
    });
    this.clock = new VirtualClock(this.#timeline());
  }

  get now(): number {
    return this.state.now;
  }

  hasFault(fault: SandboxFault): boolean {
    return this.state.faults.includes(fault);
  }

  /** A number that no other call got. */
  nextNumber(): number {
    this.state.counter += 1;
    return this.state.counter;
  }

  /**
   * Whether `ms` have passed since this was first asked under `name`; if not, controllers run
   * again when they have. Names begin with the uid of the object that they are about: they are
   * forgotten with it.
   */
  after(name: string, ms: number): boolean {
    this.state.timers[name] ??= this.now + ms;
    return this.now >= (this.state.timers[name] ?? 0);
  }

  /** Since when `after` is true: the moment its time was up. */
  dueAt(name: string): number | undefined {
    return this.state.timers[name];
  }

  forget(name: string): void {
    delete this.state.timers[name];
  }

  /** Something changed that is not a Kubernetes object: controllers look again. */
  notice(): void {
    this.#changes += 1;
    if (!this.#running) this.after(NOTICE, NOTICE_MS);
  }

  log(pod: KubernetesObject, line: string): void {
    const { uid = "" } = pod.metadata;
    (this.state.logs[uid] ??= []).push(line);
  }

  /** A Kubernetes Event about an object. */
  event(
    about: KubernetesObject,
    event: { type: "Normal" | "Warning"; reason: string; message: string; from: string },
  ): void {
    const { name, namespace = "default", uid } = about.metadata;
    const { type, reason, message, from } = event;
    const time = this.store.timestamp();
    this.store.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${this.nextNumber().toString(16).padStart(16, "0")}`, namespace },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
      type,
      reason,
      message,
      source: { component: from },
      reportingComponent: from,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    });
  }

  /** Told the kind name of every object that changes. */
  subscribe(listener: (kind: string) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /**
   * Lets virtual time pass at once, event by event, without anybody waiting for it; what goes on
   * and on (retries over months) is cut short.
   */
  passUntil(time: number): void {
    const timeline = this.#timeline();
    for (let count = 0; count < MAX_EVENTS; count += 1) {
      const next = timeline.nextEvent();
      if (next === undefined || next > time) break;
      this.state.now = Math.max(this.now, next);
      timeline.runDue();
    }
    this.state.now = Math.max(this.now, time);
    this.notice();
    timeline.runDue();
  }

  #timeline() {
    const { state } = this;
    const pending = (): number | undefined => {
      let next = Infinity;
      for (const [name, time] of Object.entries(state.timers)) {
        if (time > state.now || name === NOTICE) next = Math.min(next, Math.max(time, state.now));
      }
      return next === Infinity ? undefined : next;
    };
    return {
      get now() {
        return state.now;
      },
      set now(time: number) {
        state.now = time;
      },
      nextEvent: pending,
      runDue: () => {
        this.#runControllers();
      },
    };
  }

  #runControllers(): void {
    delete this.state.timers[NOTICE];
    const before = this.#changes;
    this.#running = true;
    try {
      for (let round = 0, seen = -1; round < MAX_ROUNDS && seen !== this.#changes; round += 1) {
        seen = this.#changes;
        for (const controller of this.#controllers) controller(this);
      }
    } finally {
      this.#running = false;
    }
    if (this.#changes !== before) this.#onChange();
  }

  #noteChange(object: KubernetesObject): void {
    this.notice();
    for (const watcher of this.#watchers) watcher(object.kind);
  }
}
