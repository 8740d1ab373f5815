import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { spawn as spawnTerminal } from "@lydell/node-pty";
import { findRepository } from "../test/lab/build/cache.ts";
import { atMost, formatTable, type Goal, type Section } from "./results.ts";
import { formatMs, formatRatio, median } from "./statistics.ts";

interface Case {
  title: string;
  measure: () => Promise<number> | number;
  /** Against a bare `node -e 0`. */
  ratioLimit?: number;
  limitMs?: number;
}

const ROUNDS = 21;

/** How long the program takes to start, against a bare `node -e 0`. */
export async function benchStartUp(options: { rounds?: number }): Promise<Section> {
  const rounds = options.rounds ?? ROUNDS;
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-bench-"));
  try {
    const cases = listCases(folder);
    const medians = await measureAll(cases, rounds);
    const [bare = Number.NaN] = medians;
    const rows = cases.map(({ title }, index) => {
      const ms = medians[index] ?? Number.NaN;
      return [title, formatMs(ms), formatRatio(ms / bare)];
    });
    return {
      title: "Start-up",
      body: [
        `Median of ${rounds} runs, taken in turns.`,
        formatTable(["What", "Time", "Against bare Node"], rows),
      ],
      goals: cases.flatMap((one, index) => judge(one, medians[index] ?? Number.NaN, bare)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const findBin = (): string => join(findRepository(), "bin/gateway-tls.js");

function listCases(folder: string): Case[] {
  const bin = findBin();
  return [
    { title: "`node -e 0`", measure: () => timeExit(["-e", "0"]) },
    { title: "`--version`", measure: () => timeExit([bin, "--version"]), ratioLimit: 1.3 },
    { title: "`--help`", measure: () => timeExit([bin, "--help"]), ratioLimit: 1.5 },
    {
      title: "first prompt of `init --sandbox`",
      measure: () => timePrompt(folder),
      limitMs: 400,
    },
  ];
}

/** The first round fills caches and is not counted. */
async function measureAll(cases: readonly Case[], rounds: number): Promise<number[]> {
  const samples = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { measure }] of cases.entries()) {
      const ms = await measure();
      if (round > 0) samples[index]?.push(ms);
    }
  }
  return samples.map(median);
}

function judge({ title, ratioLimit, limitMs }: Case, ms: number, bare: number): Goal[] {
  if (ratioLimit !== undefined) return [atMost(title, ms / bare, ratioLimit, formatRatio)];
  return limitMs === undefined ? [] : [atMost(title, ms, limitMs, formatMs)];
}

function timeExit(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`);
  return ms;
}

/** From the start of the process until a question stands on the terminal. */
function timePrompt(folder: string): Promise<number> {
  const args = [findBin(), "init", "--sandbox", "--sandbox-state", join(folder, "world.json")];
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const terminal = spawnTerminal(process.execPath, args, {
      cols: 100,
      rows: 30,
      cwd: folder,
      env: { ...process.env, CI: "" },
    });
    let screen = "";
    let ms: number | undefined;
    terminal.onData((data) => {
      screen += stripVTControlCharacters(data);
      if (ms !== undefined || !/^\? /m.test(screen)) return;
      ms = performance.now() - start;
      terminal.write("\u0003");
    });
    terminal.onExit(() => {
      if (ms === undefined) reject(new Error(`init asked nothing:\n${screen}`));
      else resolve(ms);
    });
  });
}
