import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findRepository } from "../test/lab/build/cache.ts";
import { benchAddHost } from "./add-host.ts";
import { benchInit } from "./init.ts";
import { type Section, writeSection } from "./results.ts";
import { benchStartUp } from "./start-up.ts";
import { benchStatus } from "./status.ts";

/** The benchmarks by name, in the order of `results.md`. */
const benches: Record<string, (options: BenchOptions) => Promise<Section>> = {
  "start-up": benchStartUp,
  init: benchInit,
  status: benchStatus,
  "add-host": benchAddHost,
};

export interface BenchOptions {
  /** How often everything is measured; each benchmark has a number of its own. */
  rounds?: number;
  /** Loopback address whose ports 80 and 443 the lab may use. */
  address: string;
  say: (line: string) => void;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string" }, address: { type: "string", default: "127.0.0.1" } },
});
const names = positionals.length === 0 ? Object.keys(benches) : positionals;
const command = [
  "npm run bench",
  ...(process.argv.length > 2 ? ["--"] : []),
  ...process.argv.slice(2),
];

for (const name of names) findBench(name);
// An exit of our own ends what a lab has started; a signal's own end would leave it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(130));
}
execFileSync(process.execPath, [join(findRepository(), "scripts/build.mjs")]);
for (const name of names) {
  const section = await findBench(name)({
    ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }),
    address: values.address,
    say: (line) => void process.stderr.write(`${name}: ${line}\n`),
  });
  process.stdout.write(`${writeSection(section, command.join(" "))}\n\n`);
  if (section.goals.some(({ kept }) => !kept)) process.exitCode = 1;
}
// Watches of a lab that has ended may still wait for their next try.
process.exit();

function findBench(name: string): (options: BenchOptions) => Promise<Section> {
  const bench = benches[name];
  if (bench !== undefined) return bench;
  process.stderr.write(`There is no benchmark ${name}: ${Object.keys(benches).join(", ")}.\n`);
  return process.exit(2);
}
