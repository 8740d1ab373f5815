import type { Observer, RunEvent } from "../runner/event.ts";
import type { StepId } from "../steps/step.ts";
import { Board, isEnded, type StepTitle } from "./board.ts";
import type { Screen } from "./screen.ts";
import { renderTree } from "./tree-lines.ts";

export interface TreeOptions extends Screen {
  /** A terminal; its own `columns` and `rows` count when it has them. */
  stderr: NodeJS.WriteStream;
  steps: readonly StepTitle[];
  /** Milliseconds on the world's clock; the wall clock by default. */
  now?: () => number;
}

/** Draws the steps as a tree on stderr, with what each waits for, until `finish`. */
export function createTreeObserver(options: TreeOptions): Observer {
  const { stderr, steps, now = Date.now } = options;
  const board = new Board(steps);
  const ends = new Map<StepId, { promise: Promise<void>; resolve: () => void }>();
  for (const { id } of steps) ends.set(id, openPromise());
  const columns = () => stderr.columns ?? options.columns;
  let shown: Promise<void> | undefined;
  const show = async () => {
    const { showTree } = await import("./tree-renderer.ts");
    await showTree({
      steps,
      stderr,
      columns,
      unicode: options.unicode !== false,
      whenEnded: async ({ id }) => ends.get(id)?.promise,
      lines: (spinner = " ", ended) =>
        renderTree(
          board,
          { ...options, columns: columns() },
          { now: now(), spinner, ended, rows: (stderr.rows ?? 24) - 1 },
        ),
    });
  };
  return {
    onEvent(event: RunEvent) {
      board.note(event);
      if (isEnded(event)) ends.get(event.step)?.resolve();
      shown ??= show();
    },
    async finish() {
      for (const { resolve } of ends.values()) resolve();
      await shown;
    },
  };
}

function openPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
