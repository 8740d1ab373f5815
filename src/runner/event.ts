import type { StepId } from "../plan/step-id.ts";

/**
 * `current`: nothing had to change. `cancelled`: stopped by Ctrl-C or by another step's failure;
 * a step that never started gets no event but its first `pending`. `host-failed`: the step goes on
 * without a host.
 */
export type Phase =
  | "pending"
  | "started"
  | "progress"
  | "retrying"
  | "host-failed"
  | "done"
  | "current"
  | "failed"
  | "cancelled";

/** Something that happened to a step, as it happens. */
export interface RunEvent {
  step: StepId;
  title: string;
  phase: Phase;
  /** Progress: what is waited for and its last reason. Done: what the line ends with. */
  message?: string;
  /** Milliseconds since 1970 on the world's clock. */
  at: number;
}

/** Draws, and decides nothing. */
export interface Observer {
  onEvent(event: RunEvent): void;
  /** Everything is drawn; nothing comes after. */
  finish(): Promise<void>;
}
