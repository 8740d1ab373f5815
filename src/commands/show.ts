import { wantsColor } from "../config/color.ts";
import type { RunOptions } from "../config/config.ts";
import { isCi } from "../config/run-options.ts";
import type { Observer } from "../runner/event.ts";
import type { Step } from "../steps/step.ts";
import { hasUnicodeLocale, type Screen } from "../ui/screen.ts";

/** Where a command shows things: a part of the CLI's Io. */
export interface Output {
  stdout: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

const DEFAULT_COLUMNS = 80;

/** The screen behind stderr: its width, and whether it takes colour and Unicode. */
export function screenOf({ stderr, env }: Output, { color }: Pick<RunOptions, "color">): Screen {
  return { color, columns: stderr.columns ?? DEFAULT_COLUMNS, unicode: hasUnicodeLocale(env) };
}

/** The screen behind stdout, where results go: a pipe or a file gets no colour unless it is forced. */
export function resultScreenOf(
  { stdout, env }: Output,
  { color }: Pick<RunOptions, "color">,
): Screen {
  return {
    color: color && wantsColor(undefined, env, stdout),
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    unicode: hasUnicodeLocale(env),
  };
}

/** A tree on a terminal; timestamped plain lines elsewhere, in CI, and beside a JSON document. */
export async function createObserver(
  output: Output,
  options: RunOptions,
  steps: readonly Step[],
  now: () => number,
): Promise<Observer> {
  const { stderr, env } = output;
  if (stderr.isTTY && !isCi(env) && env["TERM"] !== "dumb") {
    const { createTreeObserver } = await import("../ui/tree.ts");
    return createTreeObserver({ ...screenOf(output, options), stderr, steps, now });
  }
  const { createPlainObserver } = await import("../ui/plain.ts");
  return createPlainObserver({ stderr, now });
}
