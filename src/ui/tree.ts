import type { Observer, RunEvent } from "../runner/event.ts";
import { Board, type StepTitle } from "./board.ts";
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
  // A terminal that does not know its size says 0.
  const columns = () => stderr.columns || options.columns;
  let shown: Promise<void> | undefined;
  const show = async () => {
    const { showTree } = await import("./tree-renderer.ts");
    await showTree({
      steps,
      stderr,
      columns,
      unicode: options.unicode !== false,
      whenEnded: async ({ id }) => board.whenEnded(id),
      lines: (spinner = " ", ended) =>
        renderTree(
          board,
          // In the last cell of a line, terminals differ in where the cursor is.
          { ...options, columns: columns() - 1 },
          { now: now(), spinner, ended, rows: (stderr.rows || 24) - 1 },
        ),
    });
  };
  return {
    onEvent(event: RunEvent) {
      board.note(event);
      shown ??= show();
    },
    async finish() {
      board.close();
      await shown;
    },
  };
}
