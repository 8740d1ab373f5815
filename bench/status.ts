import { spawn } from "node:child_process";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import * as v from "valibot";
import { writeEnvironment } from "../test/lab/environment.ts";
import type { Lab } from "../test/lab/lab.ts";
import { runGatewayTls, runInit } from "../test/lab/suite/gateway-tls.ts";
import type { BenchOptions } from "./main.ts";
import { ManyHosts } from "./many-hosts.ts";
import { noteMemory } from "./memory.ts";
import { waitForQuiet } from "./quiet.ts";
import { atMost, formatTable, type Goal, type Section } from "./results.ts";
import { formatMs, formatRatio, median } from "./statistics.ts";
import { countTools, totalOf } from "./tools.ts";
import { prepareBench, withLab } from "./world.ts";

const ROUNDS = 5;
const PER_GATEWAY = 63;
const MANY = 1000;
/** Which status reads, by kubectl's names. */
const KINDS =
  "deployments,pods,serviceaccounts,crds,gatewayclasses,gateways,httproutes,endpointslices,services,events,clusterissuers,certificates,certificaterequests,orders,challenges,secrets";

interface StatusRun {
  ms: number;
  /** From the process's start until everything in the cluster was read and the zone is asked for. */
  readingMs: number;
  children: number;
  awsCalls: number;
  memory: number;
}

interface Row {
  hosts: number;
  runs: StatusRun[];
  /** `kubectl get` of the same kinds, and `node -e 0`. */
  bareMs: number[];
}

const Document = v.object({
  verdict: v.string(),
  hosts: v.array(v.unknown()),
  findings: v.array(v.object({ link: v.string(), reason: v.nullable(v.string()) })),
});

/** What `status` costs with one host, with a full Gateway, and with a thousand hosts. */
export async function benchStatus(options: BenchOptions): Promise<Section> {
  const rounds = options.rounds ?? ROUNDS;
  const bench = await prepareBench(options.address, options.say);
  const rows = await withLab(bench, async (lab) => {
    const { exitCode, stderr } = await runInit(lab, ["--sample-app", "--issuer=staging"]);
    if (exitCode !== 0) throw new Error(`init failed:\n${stderr}`);
    const many = new ManyHosts(lab);
    try {
      const say = (hosts: number) => options.say(`${hosts} hosts`);
      const one = await measureRow(lab, { hosts: 1, args: [], rounds, root: many.root });
      await many.start();
      say(PER_GATEWAY);
      const gateways = [await many.addGateway(PER_GATEWAY)];
      const full = {
        hosts: PER_GATEWAY,
        args: [`--gateway=${gateways[0]}`],
        rounds,
        root: many.root,
      };
      const second = await measureRow(lab, full);
      say(MANY);
      for (let left = MANY - PER_GATEWAY; left > 0; left -= PER_GATEWAY) {
        gateways.push(await many.addGateway(Math.min(left, PER_GATEWAY)));
      }
      const args = gateways.map((gateway) => `--gateway=${gateway}`);
      const third = await measureRow(lab, { hosts: MANY, args, rounds, root: many.root });
      return [one, second, third];
    } finally {
      many.stop();
    }
  });
  return describeRows(rows, rounds);
}

interface Question {
  hosts: number;
  args: readonly string[];
  rounds: number;
  /** PEM of what is trusted beside the lab's own roots. */
  root: string;
}

async function measureRow(lab: Lab, question: Question): Promise<Row> {
  const row: Row = { hosts: question.hosts, runs: [], bareMs: [] };
  await waitForQuiet();
  for (let round = 0; round < question.rounds; round += 1) {
    row.bareMs.push(await timeBare(lab));
    row.runs.push(await timeStatus(lab, question));
  }
  return row;
}

async function timeStatus(lab: Lab, { hosts, args, root }: Question): Promise<StatusRun> {
  const { env } = writeEnvironment(lab);
  const tools = countTools(join(lab.folder, "tools"), env["PATH"] ?? "");
  const memory = noteMemory(lab.folder);
  const roots = join(lab.folder, "roots.pem");
  writeFileSync(roots, [root, lab.acme.staging.root, lab.acme.production.root].join("\n"));
  tools.take();
  const { account, aws, dns } = lab;
  const callsBefore = aws.proxy.calls.length;
  const access = [`--cluster=${account.cluster}`, `--region=${account.region}`];
  const network = [`--dns-server=${dns.server}`, `--trust-ca=${roots}`];
  const startedAt = Date.now();
  const { stdout, stderr } = await runGatewayTls(
    lab,
    ["status", ...access, ...network, ...args, "--output=json"],
    { env: { PATH: tools.path, ...memory.env } },
  );
  const ms = Date.now() - startedAt;
  const document = v.parse(Document, JSON.parse(stdout || "{}"));
  if (document.verdict !== "healthy" || document.hosts.length !== hosts) {
    const [first] = document.findings;
    const why = `${first?.link}: ${first?.reason}`;
    throw new Error(
      `status finds ${document.hosts.length} hosts ${document.verdict}: ${why}\n${stderr}`,
    );
  }
  const calls = aws.proxy.calls
    .slice(callsBefore)
    .filter(({ accessKeyId }) => accessKeyId === account.operator.accessKeyId);
  const zoneAskedAt = calls.find(({ action }) => action === "ListHostedZones")?.at;
  return {
    ms,
    readingMs: (zoneAskedAt ?? Number.NaN) - startedAt,
    children: totalOf(tools.take()),
    awsCalls: calls.length,
    memory: memory.read(),
  };
}

/** The bare tools, one after the other. */
async function timeBare(lab: Lab): Promise<number> {
  const { env } = writeEnvironment(lab);
  const start = performance.now();
  await run(process.execPath, ["-e", "0"], env);
  await run(join(lab.built.bin, "kubectl"), ["get", KINDS, "--all-namespaces", "--output=json"], {
    ...env,
    HOME: lab.folder,
  });
  return performance.now() - start;
}

function run(command: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}

const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const medianOf = (runs: readonly StatusRun[], value: (run: StatusRun) => number): number =>
  median(runs.map(value));

function describeRows(rows: readonly Row[], rounds: number): Section {
  const head = [
    "Hosts",
    "Whole",
    "Start and reading",
    "Network checks and verdict",
    "`kubectl get` and `node -e 0`",
    "Programs started",
    "AWS calls",
    "Memory",
  ];
  return {
    title: "status",
    body: [
      `Median of ${rounds} runs, in turns with the bare tools. One host is the installation that init made; ${PER_GATEWAY} are one Gateway's, and ${MANY} are those of ${Math.ceil(MANY / PER_GATEWAY)} Gateways, named by flags. Their objects are as the controllers leave them, and all are found healthy.`,
      "The reading ends when AWS is asked for the zone: what comes then are questions to name servers, handshakes and requests, which the network decides. `kubectl get` reads the same kinds in one call, as JSON. Memory is the most that the process ever had.",
      formatTable(
        head,
        rows.map(({ hosts, runs, bareMs }) => [
          String(hosts),
          formatMs(medianOf(runs, ({ ms }) => ms)),
          formatMs(medianOf(runs, ({ readingMs }) => readingMs)),
          formatMs(medianOf(runs, ({ ms, readingMs }) => ms - readingMs)),
          formatMs(median(bareMs)),
          String(medianOf(runs, ({ children }) => children)),
          String(medianOf(runs, ({ awsCalls }) => awsCalls)),
          formatMegabytes(medianOf(runs, ({ memory }) => memory)),
        ]),
      ),
    ],
    goals: rows.flatMap(judge),
  };
}

function judge({ hosts, runs, bareMs }: Row): Goal[] {
  const of = hosts === 1 ? "1 host" : `${hosts} hosts`;
  const most = (value: (run: StatusRun) => number): number => Math.max(...runs.map(value));
  const ratio = medianOf(runs, ({ readingMs }) => readingMs) / median(bareMs);
  return [
    atMost(
      `${of}: programs started`,
      most(({ children }) => children),
      1,
      String,
    ),
    atMost(
      `${of}: AWS calls`,
      most(({ awsCalls }) => awsCalls),
      8,
      String,
    ),
    atMost(`${of}: start and reading against the bare tools`, ratio, 1, formatRatio),
    atMost(
      `${of}: memory`,
      most(({ memory }) => memory),
      200e6,
      formatMegabytes,
    ),
  ];
}
