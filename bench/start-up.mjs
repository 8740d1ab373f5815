// How long the program takes to start, against a bare `node -e 0`. Writes its section of results.md.
// Usage: npm run build && npm run bench [-- --runs 21]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, platform, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { spawn as spawnTerminal } from "@lydell/node-pty";

const bin = join(import.meta.dirname, "../bin/gateway-tls.js");
const resultsFile = join(import.meta.dirname, "results.md");
const { values } = parseArgs({ options: { runs: { type: "string", default: "21" } } });
const runs = Number(values.runs);
const folder = mkdtempSync(join(tmpdir(), "gateway-tls-bench-"));

const cases = [
  { title: "`node -e 0`", measure: () => timeExit(["-e", "0"]) },
  { title: "`--version`", measure: () => timeExit([bin, "--version"]), ratio: 1.3 },
  { title: "`--help`", measure: () => timeExit([bin, "--help"]), ratio: 1.5 },
  { title: "first prompt of `init --sandbox`", measure: timePrompt, seconds: 0.4 },
];

try {
  // The first round fills caches and is not counted.
  const samples = cases.map(() => []);
  for (let round = 0; round <= runs; round++) {
    for (const [index, { measure }] of cases.entries()) {
      const ms = await measure();
      if (round > 0) samples[index].push(ms);
    }
  }
  report(samples.map(median));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function timeExit(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`);
  return ms;
}

/** From the start of the process until a question stands on the terminal. */
function timePrompt() {
  const state = join(folder, "world.json");
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const terminal = spawnTerminal(
      process.execPath,
      [bin, "init", "--sandbox", "--sandbox-state", state],
      { cols: 100, rows: 30, cwd: folder, env: { ...process.env, CI: "" } },
    );
    let screen = "";
    let ms;
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

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(medians) {
  const [bare] = medians;
  const rows = cases.map(({ title, ratio, seconds }, index) => {
    const ms = medians[index];
    const limit = ratio === undefined ? seconds && `${seconds * 1000} ms` : `${ratio} x`;
    const kept = ratio === undefined ? ms <= (seconds ?? Infinity) * 1000 : ms / bare <= ratio;
    const verdict = limit === undefined ? "" : kept ? "kept" : "exceeded";
    const relative = (ms / bare).toFixed(2);
    return `| ${title} | ${ms.toFixed(0)} ms | ${relative} x | ${limit ?? ""} | ${verdict} |`;
  });
  const section = [
    "## Start-up",
    "",
    `Median of ${runs} runs, taken in turns: \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}.`,
    `Node ${process.version}, ${platform()}, ${cpus().length} x ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB.`,
    "",
    "| What | Time | Against bare Node | Limit | |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  process.stdout.write(section);
  writeFileSync(resultsFile, replaceSection(readResults(), section));
  if (rows.some((row) => row.includes("exceeded"))) process.exitCode = 1;
}

function readResults() {
  try {
    return readFileSync(resultsFile, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return "# Measured\n\n";
  }
}

/** Up to the next heading of its level, or at the end. */
function replaceSection(text, section) {
  const start = text.indexOf("## Start-up\n");
  if (start === -1) return `${text.trimEnd()}\n\n${section}`;
  const next = text.indexOf("\n## ", start);
  return text.slice(0, start) + section + (next === -1 ? "" : text.slice(next));
}
