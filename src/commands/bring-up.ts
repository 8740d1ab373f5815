import type { CheckResult } from "../checks/check.ts";
import { findWarnings } from "../checks/run-checks.ts";
import type { Config, RunOptions } from "../config/config.ts";
import { type ExitCode, UserError } from "../errors.ts";
import { valueOf } from "../facts/fact.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { Templates } from "../plan/template.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../ports/world.ts";
import { carryOut, describeError, type Undertaking } from "../runner/carry-out.ts";
import { refuseOverLimit } from "../runner/certificate-limit.ts";
import { withConnection } from "../runner/connect.ts";
import { type Examination, examine, inspectAll, planFor } from "../runner/prepare.ts";
import type { CommandResult } from "../runner/result.ts";
import { untilStopped } from "../runner/until-stopped.ts";
import { failedHosts } from "../steps/failed-hosts.ts";
import { steps as everyStep } from "../steps/index.ts";
import type { Access } from "./access.ts";
import { completeExamination, completeOutcome } from "./complete-results.ts";
import { emptyResult, writeDocument } from "./documents.ts";
import { createObserver, type Output, resultScreenOf, screenOf } from "./show.ts";

const BEGIN = "To begin with staging certificates for all hosts: --issuer staging.";
const BACK = "For staging certificates until then: gateway-tls promote --to staging.";

/** A resolved config, and the world that it is brought up in. */
export interface BringUp {
  command: string;
  config: Config;
  options: RunOptions;
  /** The config as it will be kept. */
  configText: string;
  world: World;
  /** Why there is none, where the cluster could not be reached: the preflight tells it. */
  connection: ClusterConnection | UserError;
  templates: Templates;
  output: Output;
  /** To confirm with; `undefined` when nothing may be asked. */
  terminal: Terminal | undefined;
  signal: AbortSignal;
  /** The command that goes on after a failure, as it can be pasted. */
  resume: string;
  /** How the next command reaches the same cluster. */
  access: Access;
  /** The kept document that the config was made with. */
  keptText: string | undefined;
  /** The hosts that the command is about: each on its own. Left out when it is about all. */
  asked?: readonly string[];
  /** Who takes the Lease: `user@host (pid 123, run 4f2a9c)`. */
  holder: string;
}

/** Preflight, plan, review, run, end screen: everything behind the resolved config. */
export async function bringUp(input: BringUp): Promise<ExitCode> {
  const { world, connection, config, options, configText, templates, signal } = input;
  const about = input.asked === undefined ? {} : { about: input.asked };
  const question = { config, options, configText, templates, ...about };
  const examined = await untilStopped(signal, examine(world, connection, question));
  const examination = completeExamination(examined, input.access);
  if (examination.failure !== undefined || connection instanceof UserError) {
    return showRefusal(input, examination);
  }
  const plan = planFor(examination, question);
  const steps = input.asked === undefined ? everyStep : [...everyStep, failedHosts];
  const connected = withConnection(world, connection);
  const limit = options.certificatesPerWeek;
  const hint = `Take fewer hosts now and the rest later. ${input.asked === undefined ? BEGIN : BACK}`;
  if (config.issuer === "production") {
    await refuseOverLimit({ plan, world: connected, limit, hint });
  }
  const items = await untilStopped(signal, inspectAll(steps, plan, connected, options));
  refuseForeign(items);
  const checks = findWarnings(examination.report);
  if (options.dryRun) return showPlan(input, items, checks);
  await showReview(input, { plan, items, examination });
  if (!(await confirm(input, items))) return showDeclined(input, items);
  const { result, error } = await undertake(input, { plan, items, steps, checks, connected });
  return showOutcome(input, plan, result, error);
}

async function undertake(
  { command, options, output, signal, holder, keptText, asked, access }: BringUp,
  {
    connected: world,
    ...found
  }: Pick<Undertaking, "plan" | "items" | "steps" | "checks"> & { connected: ConnectedWorld },
) {
  const now = () => world.clock.now().getTime();
  const observer = await createObserver(output, options, found.steps, now);
  const outcome = await carryOut({
    ...found,
    command,
    world,
    options,
    observer,
    signal,
    holder,
    madeFrom: { text: keptText },
    ...(asked === undefined ? {} : { about: asked }),
  });
  return completeOutcome(outcome, access);
}

function refuseForeign(items: readonly PlanItem[]): void {
  const foreign = items.filter(({ intent }) => intent === "foreign");
  if (foreign.length === 0) return;
  const names = foreign.map(
    ({ kind, name, owner }) => `${kind} ${name} (${owner ?? "of someone else"})`,
  );
  throw new UserError(
    "GT-FOREIGN-OBJECT",
    `These exist and are not ours: ${names.join(", ")}. Nothing was changed.`,
    {
      hint: "Rename or remove them if nobody needs them; gateway-tls never changes what it did not make.",
    },
  );
}

async function showRefusal(input: BringUp, { report, failure }: Examination): Promise<ExitCode> {
  const error = failure ?? (input.connection instanceof UserError ? input.connection : undefined);
  if (input.options.output === "text") {
    const { renderPreflight } = await import("../ui/preflight.ts");
    const { formatCommand } = await import("../ui/screen.ts");
    const screen = screenOf(input.output, input.options);
    // Nobody answers the same questions twice.
    const again =
      input.terminal === undefined
        ? []
        : [
            "",
            "With the same answers, when that is put right:",
            ...formatCommand(screen, input.resume, 2),
          ];
    const end = ["Nothing was changed.", ...again].join("\n");
    input.output.stderr.write(`${renderPreflight(report, screen, { troubleOnly: true })}${end}\n`);
  } else {
    await writeDocument(input.output, input.options, {
      ...emptyResult(input.command, "failed"),
      error: describeError(error),
      checks: report.checks.filter(({ state }) => state !== "ok"),
    });
  }
  return error?.exitCode ?? 1;
}

async function showPlan(
  input: BringUp,
  items: PlanItem[],
  checks: CheckResult[],
): Promise<ExitCode> {
  const { options, output, command } = input;
  if (options.output === "text") {
    await showWarnings(input, checks);
    const { renderPlan } = await import("../ui/plan.ts");
    output.stdout.write(
      `${renderPlan(items, resultScreenOf(output, options))}Nothing was written (--dry-run).\n`,
    );
  } else {
    await writeDocument(input.output, input.options, {
      ...emptyResult(command, "planned"),
      plan: items,
      checks,
    });
  }
  return 0;
}

async function showReview(
  input: BringUp,
  { plan, items, examination }: { plan: Plan; items: PlanItem[]; examination: Examination },
): Promise<void> {
  const { output, options, terminal } = input;
  // Nobody says yes to what was not shown.
  const isAsked = terminal !== undefined && !options.yes;
  if (options.output !== "text" && !isAsked) return;
  const checks = findWarnings(examination.report);
  if (items.every(({ intent }) => intent === "keep")) return showWarnings(input, checks);
  const { renderReview } = await import("../ui/review.ts");
  const nameServers = valueOf(examination.facts.zone)?.nameServers;
  const warnings = checks.map(wordsOf);
  const review = { plan, items, warnings, ...(nameServers === undefined ? {} : { nameServers }) };
  output.stderr.write(`${renderReview(review, screenOf(output, options))}\n`);
}

/** What the preflight warns of, where there is no review that has it. */
async function showWarnings(
  { output, options }: BringUp,
  checks: readonly CheckResult[],
): Promise<void> {
  if (checks.length === 0) return;
  const { renderWarnings } = await import("../ui/review.ts");
  output.stderr.write(`${renderWarnings(checks.map(wordsOf), screenOf(output, options))}\n`);
}

const wordsOf = ({ title, message }: CheckResult): string => message ?? title;

/** Asks before the first write, where there is someone to ask and something to write. */
async function confirm(
  { terminal, options }: BringUp,
  items: readonly PlanItem[],
): Promise<boolean> {
  if (terminal === undefined || options.yes) return true;
  if (items.every(({ intent }) => intent === "keep")) return true;
  return terminal.confirm({ message: "Make these changes?", default: true });
}

async function showDeclined(input: BringUp, items: PlanItem[]): Promise<ExitCode> {
  if (input.options.output === "text") input.output.stderr.write("Nothing was changed.\n");
  else
    await writeDocument(input.output, input.options, {
      ...emptyResult(input.command, "declined"),
      plan: items,
    });
  return 1;
}

async function showOutcome(
  input: BringUp,
  plan: Plan,
  result: CommandResult,
  error: unknown,
): Promise<ExitCode> {
  const { options, output, config, world, resume } = input;
  // A bug is the CLI entry's to tell, with its stack under --debug.
  if (error !== undefined && !(error instanceof UserError)) throw error;
  if (options.output !== "text") {
    await writeDocument(input.output, input.options, result);
  } else if (error === undefined) {
    const { renderEnd } = await import("../ui/end.ts");
    const { namespace, name } = plan.keptConfig.metadata;
    const keptConfig = `ConfigMap ${namespace}/${name}`;
    const end = {
      ...resultScreenOf(output, options),
      domain: config.domain,
      now: world.clock.now(),
      keptConfig,
      issuer: config.issuer,
      flags: input.access.gatewayTls,
      ...(input.asked === undefined ? {} : { about: input.asked }),
    };
    output.stdout.write(`\n${renderEnd(result, end)}`);
  } else {
    const { renderFailure } = await import("../ui/failure.ts");
    output.stderr.write(
      `\n${renderFailure(result, error, { ...screenOf(output, options), resume })}`,
    );
  }
  return error === undefined ? 0 : error.exitCode;
}
