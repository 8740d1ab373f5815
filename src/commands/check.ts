import type { CheckReport } from "../checks/check.ts";
import { iamProofChecks } from "../checks/iam-proof-checks.ts";
import { findFailures, runChecks } from "../checks/run-checks.ts";
import { writeConfig } from "../config/config-file.ts";
import type { Config } from "../config/config.ts";
import { type Resolved, resolveRunOptions } from "../config/resolve.ts";
import { type ExitCode, UserError } from "../errors.ts";
import { valueOf } from "../facts/fact.ts";
import { readIamProof } from "../facts/iam-proof.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../ports/world.ts";
import { describeError } from "../runner/carry-out.ts";
import { rememberIdentity, withConnection } from "../runner/connect.ts";
import { type Examination, examine, inspectAll, planFor } from "../runner/prepare.ts";
import { untilStopped } from "../runner/until-stopped.ts";
import { steps } from "../steps/index.ts";
import { accessOf, completeChecks, completeError } from "./access.ts";
import type { CommandInput } from "./command.ts";
import { completeExamination } from "./complete-results.ts";
import { emptyResult, writeDocument } from "./documents.ts";
import { formatResume } from "./resume.ts";
import { settleConfig } from "./settle-config.ts";
import { settleRegion } from "./set-up.ts";
import { resultScreenOf } from "./show.ts";
import { openCluster } from "./status-connect.ts";
import { readInstallation } from "./status-survey.ts";

/** What was found; `items` is what `init` would do, where that could be planned. */
interface Checked {
  config: Config;
  report: CheckReport;
  items: PlanItem[] | undefined;
}

/**
 * `gateway-tls check`: the preflight, what differs from the kept config, and IAM's own word on
 * ExternalDNS's role. With `--pre` the preflight alone, of a cluster that may have nothing yet.
 * Writes nothing and asks nothing. Exit 0, 3 where something is wrong or differs, 1 where IAM could
 * not be asked.
 */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { flags, io } = input;
  const asked = await resolveRunOptions({ command: "check", flags, io });
  const resolved: Resolved = { ...asked, interactive: false };
  const isPre = resolved.values.pre === true;
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const settled = isPre
      ? await settleConfig({ command: "init", resolved, world, region, terminal: input.terminal })
      : await settleInstalled(input, { world, resolved, region });
    try {
      const question = { world, resolved, isPre, ...settled };
      const checked = await untilStopped(input.signal, look(input, question));
      return await show(input, resolved, checked);
    } finally {
      if (!(settled.connection instanceof UserError)) await settled.connection.close();
    }
  } finally {
    await world.close();
  }
}

/** The kept config under the flags, and the cluster that keeps it. Throws `GT-NOT-INSTALLED`. */
async function settleInstalled(
  { io, flags }: CommandInput,
  { world, resolved, region }: { world: World; resolved: Resolved; region: string },
) {
  const opened = await openCluster(world, resolved.cluster, region, {
    flags,
    options: resolved.options,
    terminal: undefined,
  });
  const { connection } = opened;
  try {
    const { config, notes } = await readInstallation(opened, { resolved, region });
    for (const note of notes) io.stderr.write(`${note}\n`);
    return { config, connection };
  } catch (error) {
    await connection.close();
    throw completeError(error, accessOf(flags, opened.cluster));
  }
}

interface Question {
  world: World;
  resolved: Resolved;
  isPre: boolean;
  config: Config;
  connection: ClusterConnection | UserError;
}

async function look(
  input: CommandInput,
  { world, resolved, isPre, config, connection }: Question,
): Promise<Checked> {
  const { options } = resolved;
  const templates = await input.loadTemplates();
  const question = { config, options, configText: writeConfig(config), templates };
  const access = accessOf(input.flags, config.cluster);
  const examined = await examine(world, connection, question);
  const examination = completeExamination(examined, access);
  const { report, failure } = examination;
  if (isPre || failure !== undefined || connection instanceof UserError) {
    return { config, report, items: undefined };
  }
  const plan = planFor(examination, question);
  const connected = withConnection(world, connection);
  const [items, proof] = await Promise.all([
    inspectAll(steps, plan, connected, options),
    proveIam(connected, plan, examination),
  ]);
  const proved = completeChecks(proof.checks, access);
  return { config, report: { checks: [...report.checks, ...proved] }, items };
}

async function proveIam(
  { identity }: ConnectedWorld,
  { environment, identity: desired, hosts }: Plan,
  { facts }: Examination,
): Promise<CheckReport> {
  const { zone, caller } = environment;
  const other = valueOf(facts.zone)?.publicZones.find(({ id }) => id !== zone.id);
  const proof = await readIamProof(identity, {
    roleArn: desired.role.arn,
    partition: caller.partition,
    zoneId: zone.id,
    otherZoneId: other?.id,
    hostname: hosts[0]?.host.hostname ?? zone.name,
  });
  return runChecks(iamProofChecks, proof);
}

async function show(
  { io, flags }: CommandInput,
  { options }: Resolved,
  { config, report, items }: Checked,
): Promise<ExitCode> {
  const exitCode = chooseExitCode(report, items);
  if (options.output === "text") {
    const { renderCheck } = await import("../ui/check.ts");
    const repair = formatResume("init", flags, config);
    io.stdout.write(renderCheck(report, items, { ...resultScreenOf(io, options), repair }));
    return exitCode;
  }
  const [failure] = findFailures(report);
  await writeDocument(io, options, {
    ...emptyResult("check", failure === undefined ? "planned" : "failed"),
    error: describeError(
      failure?.code &&
        new UserError(
          failure.code,
          failure.message ?? failure.title,
          failure.hint === undefined ? {} : { hint: failure.hint },
        ),
    ),
    checks: report.checks.filter(({ state }) => state !== "ok"),
    plan: items ?? [],
  });
  return exitCode;
}

function chooseExitCode(report: CheckReport, items: PlanItem[] = []): ExitCode {
  if (findFailures(report).length > 0) return 3;
  if (items.some(({ intent }) => intent !== "keep")) return 3;
  const unproved = report.checks.some(
    ({ id, state }) => id.startsWith("iam-o") && state === "unknown",
  );
  return unproved ? 1 : 0;
}
