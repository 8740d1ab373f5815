import type { Phase, RunEvent } from "../runner/event.ts";
import type { StepId } from "../plan/step-id.ts";

/** A step as it is known before it runs; `after` are those it waits for. */
export interface StepTitle {
  id: StepId;
  title: string;
  after: readonly StepId[];
}

/** One step as it is shown. */
export interface Row {
  id: StepId;
  title: string;
  phase: Phase;
  message: string | undefined;
  /** Milliseconds on the world's clock. */
  startedAt: number | undefined;
  endedAt: number | undefined;
}

const ENDS: ReadonlySet<Phase> = new Set(["done", "current", "failed", "cancelled"]);

export const isEnded = ({ phase }: Pick<Row, "phase">): boolean => ENDS.has(phase);

/** The steps in their given order, each with its last event. */
export class Board {
  readonly #rows: Map<StepId, Row>;
  readonly #waiters = new Map<StepId, () => void>();
  #closed = false;

  constructor(steps: readonly StepTitle[]) {
    this.#rows = new Map(steps.map(({ id, title }) => [id, waitingRow(id, title)]));
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  note({ step, title, phase, message, at }: RunEvent): void {
    const row = this.#rows.get(step) ?? waitingRow(step, title);
    const goesOn = ["progress", "retrying", "host-failed"].includes(phase);
    this.#rows.set(step, {
      ...row,
      phase,
      message: goesOn ? (message ?? row.message) : message,
      startedAt: row.startedAt ?? (phase === "pending" ? undefined : at),
      endedAt: ENDS.has(phase) ? at : undefined,
    });
    if (ENDS.has(phase)) this.#waiters.get(step)?.();
  }

  /** Resolves when this step ended, or when nothing more will come. */
  async whenEnded(step: StepId): Promise<void> {
    const row = this.#rows.get(step);
    if (this.#closed || row === undefined || isEnded(row)) return;
    await new Promise<void>((resolve) => {
      this.#waiters.set(step, resolve);
    });
  }

  /** Nothing more will come. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#waiters.values()) resolve();
  }
}

function waitingRow(id: StepId, title: string): Row {
  return {
    id,
    title,
    phase: "pending",
    message: undefined,
    startedAt: undefined,
    endedAt: undefined,
  };
}
