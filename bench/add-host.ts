import { join } from "node:path";
import { writeEnvironment } from "../test/lab/environment.ts";
import type { Lab } from "../test/lab/lab.ts";
import { runInit, runVerb } from "../test/lab/suite/gateway-tls.ts";
import type { BenchOptions } from "./main.ts";
import { atMost, formatTable, type Section } from "./results.ts";
import { formatRatio, formatSeconds } from "./statistics.ts";
import { countTools, formatCounts, totalOf } from "./tools.ts";
import { prepareBench, withLab } from "./world.ts";

/** The second batch is fifty times the first. */
const BATCHES = [1, 50] as const;
/** What it may cost more in programs and calls: waits ask Route 53 again while they last. */
const LIMIT = 2;

interface Added {
  hosts: number;
  ms: number;
  children: Record<string, number>;
  awsCalls: number;
  writes: number;
}

/** What `add-host` costs with one host and with fifty at once. */
export async function benchAddHost(options: BenchOptions): Promise<Section> {
  const bench = await prepareBench(options.address, options.say);
  const added = await withLab(bench, async (lab) => {
    const { exitCode, stderr } = await runInit(lab, ["--sample-app", "--issuer=staging"]);
    if (exitCode !== 0) throw new Error(`init failed:\n${stderr}`);
    const all: Added[] = [];
    for (const hosts of BATCHES) {
      all.push(await addHosts(lab, hosts));
      options.say(`${hosts} hosts`);
    }
    return all;
  });
  return describeAdded(added);
}

async function addHosts(lab: Lab, hosts: number): Promise<Added> {
  const { account, aws } = lab;
  const tools = countTools(join(lab.folder, "tools"), writeEnvironment(lab).env["PATH"] ?? "");
  const names = Array.from(
    { length: hosts },
    (_, index) => `h${index + 1}-of-${hosts}.${account.zone}`,
  );
  tools.take();
  const callsBefore = aws.proxy.calls.length;
  const start = performance.now();
  const { document, stderr } = await runVerb(lab, ["add-host", ...names, "--backend=shop/web:80"], {
    env: { PATH: tools.path },
  });
  const ms = performance.now() - start;
  if (document.result !== "done") throw new Error(`add-host failed:\n${stderr}`);
  const calls = aws.proxy.calls
    .slice(callsBefore)
    .filter(({ accessKeyId }) => accessKeyId === account.operator.accessKeyId);
  return { hosts, ms, children: tools.take(), awsCalls: calls.length, writes: document.writes };
}

function describeAdded(added: readonly Added[]): Section {
  const [one, many] = added;
  const ratio = (value: (one: Added) => number): number =>
    one === undefined || many === undefined ? Number.NaN : value(many) / value(one);
  return {
    title: "add-host",
    body: [
      "Each batch once, in the lab, to certificates that are served and redirects that are proven.",
      formatTable(
        ["Hosts", "Time", "Programs started", "AWS calls", "Writes"],
        added.map(({ hosts, ms, children, awsCalls, writes }) => [
          String(hosts),
          formatSeconds(ms),
          `${totalOf(children)} (${formatCounts(children)})`,
          String(awsCalls),
          String(writes),
        ]),
      ),
    ],
    goals: [
      atMost(
        "programs started, 50 hosts against 1",
        ratio(({ children }) => totalOf(children)),
        LIMIT,
        formatRatio,
      ),
      atMost(
        "AWS calls, 50 hosts against 1",
        ratio(({ awsCalls }) => awsCalls),
        LIMIT,
        formatRatio,
      ),
    ],
  };
}
