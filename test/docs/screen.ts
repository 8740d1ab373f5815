import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { build } from "esbuild";
import { root } from "./document.ts";

/** The program, built from the sources as they are, in a folder of its own. */
export async function buildProgram(): Promise<{ bin: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-tls-docs-"));
  for (const part of ["bin", "templates", "package.json"]) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli.ts"],
    outdir: join(folder, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    alias: { yaml: join(root, "node_modules/yaml/browser/index.js") },
    logLevel: "error",
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
  });
  return { bin: join(folder, "bin/gateway-tls.js"), remove: () => rm(folder, { recursive: true }) };
}

const [COLUMNS, ROWS] = [80, 24];

/** What a terminal of 80 columns shows in the end, what was scrolled away included. */
export async function recordScreen(
  bin: string,
  args: readonly string[],
  stateHome: string,
): Promise<{ exitCode: number; lines: string[] }> {
  const { CI: _, NO_COLOR: __, ...env } = process.env;
  const screen = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 5000,
    allowProposedApi: true,
  });
  const child = pty.spawn(process.execPath, [bin, ...args], {
    cols: COLUMNS,
    rows: ROWS,
    cwd: stateHome,
    env: {
      ...env,
      XDG_STATE_HOME: stateHome,
      XDG_CACHE_HOME: stateHome,
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
    },
  });
  child.onData((data) => {
    screen.write(data);
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.onExit((exit) => {
      screen.write("", () => {
        resolve(exit.exitCode);
      });
    });
  });
  const { active } = screen.buffer;
  const all = Array.from({ length: active.length }, (_unused, index) =>
    (active.getLine(index)?.translateToString(true) ?? "").trimEnd(),
  );
  return { exitCode, lines: all.slice(0, all.findLastIndex((line) => line !== "") + 1) };
}

/** Without what differs from one day, or one machine's load, to the next. */
export function withoutTimes(text: string): string {
  return text
    .replaceAll(/ {2}\d+:\d\d$/gm, "")
    .replaceAll(/\d{4}-\d\d-\d\d/g, "DATE")
    .replaceAll(/\d\d:\d\d:\d\d/g, "TIME")
    .replaceAll(/-\d{6,10}\b/g, "-HASH")
    .replaceAll(/,\s+for\s+\d+\s+(second|minute)s?/g, ", for a while")
    .replaceAll(/in \d+ days/g, "in N days");
}
