import { spawn, type IPty } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";

/** A program on a pseudo-terminal, and the screen as a user sees it. */
export interface Screenplay {
  /** Resolves as soon as the screen holds `text`; rejects with the screen when the program ends first. */
  see: (text: string | RegExp) => Promise<void>;
  type: (text: string) => void;
  /** Everything that was printed, scrolled off lines too, without the empty ones at the end. */
  lines: () => string[];
  ended: Promise<number>;
  kill: () => void;
}

/** Starts `file` with `args` on a terminal of `columns`. */
export function perform(
  file: string,
  args: readonly string[],
  options: { columns: number; cwd: string; env: Record<string, string> },
): Screenplay {
  const size = { cols: options.columns, rows: 40 };
  const screen = new Terminal({ ...size, scrollback: 2000, allowProposedApi: true });
  const pty = spawn(file, [...args], { ...size, cwd: options.cwd, env: options.env });
  const waiters = new Set<() => void>();
  let exitCode: number | undefined;
  const wake = () => {
    for (const waiter of waiters) waiter();
  };
  const writes: Promise<void>[] = [];
  pty.onData((data) => {
    writes.push(
      new Promise((resolve) => {
        screen.write(data, () => {
          resolve();
          wake();
        });
      }),
    );
  });
  const ended = new Promise<number>((resolve) => {
    pty.onExit((exit) => {
      void Promise.all(writes).then(() => {
        exitCode = exit.exitCode;
        resolve(exit.exitCode);
        wake();
        return undefined;
      });
    });
  });
  const lines = () => linesOf(screen);
  const see = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const shown = lines().join("\n");
        if (typeof text === "string" ? shown.includes(text) : text.test(shown)) resolve();
        else if (exitCode === undefined) return;
        else reject(new Error(`ended with ${exitCode} before "${String(text)}":\n${shown}`));
        waiters.delete(look);
      };
      waiters.add(look);
      look();
    });
  return { see, lines, ended, type: (text) => pty.write(text), kill: () => end(pty) };
}

function linesOf(screen: Terminal): string[] {
  const { active } = screen.buffer;
  const lines = Array.from({ length: active.length }, (_, row) => {
    const line = active.getLine(row);
    return `${line?.isWrapped === true ? "[wrapped]" : ""}${line?.translateToString(true) ?? ""}`;
  });
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function end(pty: IPty): void {
  try {
    pty.kill();
  } catch {
    // It has ended by itself.
  }
}
