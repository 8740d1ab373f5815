import { Listr, ProcessOutput, Spinner } from "listr2";
import type { StepTitle } from "./board.ts";
import { LiveArea } from "./live-area.ts";

/** What is shown, and where; `columns` is asked before each drawing. */
export interface TreeRun {
  steps: readonly StepTitle[];
  /** Resolves when the step ended, however. */
  whenEnded(step: StepTitle): Promise<void>;
  /** The lines to show now. */
  lines(spinner: string | undefined, ended: boolean): string[];
  stderr: NodeJS.WriteStream;
  columns(): number;
  unicode: boolean;
}

class AsciiSpinner extends Spinner {
  protected override readonly spinner: string[] = ["|", "/", "-", "\\"];
}

/**
 * Shows steps as listr2 tasks until each of them ended. The runner decides order and outcome, so a
 * task only waits and never fails. Drawn by a renderer of our own, on stderr: listr2's measures
 * stdout, and its signal listener would exit the process.
 */
export async function showTree(run: TreeRun): Promise<void> {
  const tasks = run.steps.map((step) => ({
    title: step.title,
    task: async () => run.whenEnded(step),
  }));
  await new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: createRenderer(run),
  }).run();
}

/** listr2 makes the renderer itself, so that it takes a class. */
function createRenderer(run: TreeRun) {
  const spinner = run.unicode ? new Spinner() : new AsciiSpinner();
  const output = new ProcessOutput(run.stderr, run.stderr);
  const area = new LiveArea({
    write: (text) => output.toStdout(text, false),
    columns: () => run.columns(),
  });
  const showCursor = () => {
    run.stderr.write("\u001B[?25h");
  };
  return class TreeRenderer {
    static nonTTY = true;
    static rendererOptions = {};
    static rendererTaskOptions = {};

    render = (): void => {
      process.once("exit", showCursor);
      output.hijack();
      spinner.start(() => {
        area.draw(run.lines(spinner.fetch(), false));
      });
      area.draw(run.lines(spinner.fetch(), false));
    };

    end = (): void => {
      spinner.stop();
      area.draw(run.lines(undefined, true));
      output.release();
      process.off("exit", showCursor);
    };
  };
}
