import { strict as assert } from "node:assert";
import { awsCli } from "../test/lab/build/python.ts";
import type { Lab } from "../test/lab/lab.ts";
import { visit } from "../test/lab/suite/visit.ts";
import { markWrites, writesSince } from "../test/lab/suite/writes.ts";
import { HOST, type InitRun, type Run, timeInit, timeRunbook } from "./contestants.ts";
import type { BenchOptions } from "./main.ts";
import { waitForQuiet } from "./quiet.ts";
import { atMost, formatTable, type Goal, type Section } from "./results.ts";
import { formatMs, formatRatio, formatSeconds, median } from "./statistics.ts";
import { formatCounts, totalOf } from "./tools.ts";
import { type Bench, prepareBench, withLab } from "./world.ts";

const ROUNDS = 3;

interface InitRound {
  first: InitRun;
  second: InitRun;
  /** What the API server and AWS saw of the second run. */
  secondWrites: number;
}

interface Measured {
  inits: InitRound[];
  runbooks: Run[];
}

/** `init --issuer staging` against the runbook, then `init` again, each round in fresh labs. */
export async function benchInit(options: BenchOptions): Promise<Section> {
  const rounds = options.rounds ?? ROUNDS;
  const bench = await prepareBench(options.address, options.say);
  const measured: Measured = { inits: [], runbooks: [] };
  for (let round = 0; round < rounds; round += 1) {
    const turns = [
      async () => void measured.inits.push(await playInit(bench)),
      async () => void measured.runbooks.push(await playRunbook(bench)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  return describeMeasured(measured, rounds);
}

async function playInit(bench: Bench): Promise<InitRound> {
  return withLab(bench, async (lab) => {
    await waitForQuiet();
    const first = await timeInit(lab);
    await verifyEnd(lab);
    const mark = markWrites(lab);
    const second = await timeInit(lab);
    const secondWrites = writesSince(lab, mark).length;
    bench.say(`init ${describeTimes(first)}; again ${describeTimes(second)}`);
    return { first, second, secondWrites };
  });
}

async function playRunbook(bench: Bench): Promise<Run> {
  return withLab(bench, async (lab) => {
    await waitForQuiet();
    const run = await timeRunbook(bench, lab);
    await verifyEnd(lab);
    bench.say(`runbook ${describeTimes(run)}`);
    return run;
  });
}

/** Where both must end: the host over HTTPS by the staging CA, port 80 redirecting. */
async function verifyEnd(lab: Lab): Promise<void> {
  const secure = await visit(lab, `https://${HOST}/`, lab.address, lab.acme.staging.root);
  assert.equal(secure.status, 200);
  assert.match(secure.body, /coffee/);
  assert.match(secure.certificate?.issuer ?? "", /STAGING/);
  const plain = await visit(lab, `http://${HOST}/`);
  assert.deepEqual([plain.status, plain.location], [301, `https://${HOST}/`]);
}

/** The whole without what cert-manager and the CA take. */
const restOf = ({ ms, issuanceMs }: Run): number => ms - issuanceMs;

const describeTimes = (run: Run): string =>
  `${formatSeconds(run.ms)}, of them the CA's ${formatSeconds(run.issuanceMs)}`;

const medianOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  median(items.map(value));

function describeMeasured({ inits, runbooks }: Measured, rounds: number): Section {
  const firsts = inits.map(({ first }) => first);
  const seconds = inits.map(({ second }) => second);
  const rows: [string, readonly Run[]][] = [
    ["`bench/runbook.sh`", runbooks],
    ["`init --issuer staging`", firsts],
    ["`init` again", seconds],
  ];
  return {
    title: "init against the runbook",
    body: [
      `Median of ${rounds} rounds. Each contestant has a fresh lab, in alternating order, starts when the machine is quiet, and ends where the other does: the host served over HTTPS with the staging CA's certificate, port 80 redirecting, identity by IRSA. init does more on the way: it checks before it writes, rehearses the challenge, keeps its configuration and proves what is served.`,
      `The runbook uses the AWS CLI ${awsCli.version} (PyPI has no second major) and the lab's kubeconfig with a token in it: on EKS each kubectl and helm would also start \`aws eks get-token\`. The CA's wait is from the first challenge that the Gateway answered to the Certificate's Ready: cert-manager's five checks two seconds apart, then the CA. What the runbook loses when cert-manager asks before the name resolves is in its rest.`,
      formatTable(
        ["What", "Whole", "CA's wait", "Rest", "Programs started", "AWS calls"],
        rows.map(([what, runs]) => [what, ...describeRuns(runs)]),
      ),
    ],
    goals: judge({ inits, runbooks }),
  };
}

function describeRuns(runs: readonly Run[]): string[] {
  const [sample] = runs;
  const counts = sample === undefined ? "" : ` (${formatCounts(sample.children)})`;
  return [
    formatSeconds(medianOf(runs, ({ ms }) => ms)),
    formatSeconds(medianOf(runs, ({ issuanceMs }) => issuanceMs)),
    formatSeconds(medianOf(runs, restOf)),
    `${medianOf(runs, ({ children }) => totalOf(children))}${counts}`,
    String(medianOf(runs, ({ awsCalls }) => awsCalls)),
  ];
}

function judge({ inits, runbooks }: Measured): Goal[] {
  const firsts = inits.map(({ first }) => first);
  const whole = medianOf(firsts, ({ ms }) => ms);
  const again = medianOf(inits, ({ second }) => second.ms);
  const byHand = medianOf(runbooks, ({ ms }) => ms);
  const rest = medianOf(firsts, restOf) / medianOf(runbooks, restOf);
  const writes = Math.max(...inits.map(({ second, secondWrites }) => second.writes + secondWrites));
  const reaction = medianOf(firsts, ({ reactionMs }) => reactionMs ?? Number.NaN);
  return [
    atMost("`init` against the runbook, the whole", whole / byHand, 0.8, formatRatio),
    atMost("`init` against the runbook, the rest", rest, 0.6, formatRatio),
    atMost("`init` again against the first", again / whole, 0.3, formatRatio),
    atMost("writes of `init` again", writes, 0, String),
    atMost("from the Certificate's Ready to `init`'s verdict", reaction, 100, formatMs),
  ];
}
