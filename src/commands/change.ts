import type { RunOptions } from "../config/config.ts";
import { type ExitCode, UsageError, UserError } from "../errors.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { carryOut } from "../runner/carry-out.ts";
import { inspectAll } from "../runner/prepare.ts";
import type { CommandResult } from "../runner/result.ts";
import { untilStopped } from "../runner/until-stopped.ts";
import type { Step } from "../steps/step.ts";
import type { Access } from "./access.ts";
import type { CommandInput } from "./command.ts";
import { completeOutcome } from "./complete-results.ts";
import { emptyResult, writeDocument } from "./documents.ts";
import type { Installation } from "./installation.ts";
import { createObserver, type Output, resultScreenOf, screenOf } from "./show.ts";

/** A change of what is installed: what to do, and how to talk about it. */
export interface Change {
  command: string;
  plan: Plan;
  steps: readonly Step[];
  world: ConnectedWorld;
  options: RunOptions;
  output: Output;
  /** To confirm with; `undefined` when nothing may be asked. */
  terminal: Terminal | undefined;
  signal: AbortSignal;
  resume: string;
  /** How the next command reaches the same cluster. */
  access: Access;
  holder: string;
  /** What is asked before the first write: "Remove all of this?" */
  question: string;
  /** What nobody may do by mistake, as a sentence: without anyone to ask, `--yes` must be given. */
  danger?: string;
  /** The first lines of the end: nothing was to do, it was done, or others still use a part of it. */
  said: { unchanged: string; done: string; shared?: string };
  warnings?: readonly string[];
  keptText: string | undefined;
  withoutHosts?: boolean;
  /** Nothing was installed: without anything to do there is nothing to wait for either. */
  isGone?: boolean;
  afterSteps?: (world: ConnectedWorld) => Promise<void>;
}

/** What every change of an installation goes with. */
export function changeIn(
  { world, options, terminal, resume, access, holder, keptText }: Installation,
  { io, signal }: CommandInput,
) {
  return { world, options, terminal, resume, access, holder, keptText, output: io, signal };
}

/** The list, the confirmation, the run and its end. */
export async function carryOutChange(change: Change): Promise<ExitCode> {
  const { command, plan, steps, world, options, output, signal, holder } = change;
  const items = await untilStopped(signal, inspectAll(steps, plan, world, options));
  const isOpen = items.some(({ intent }) => intent !== "keep");
  if (options.dryRun) return showPlan(change, items);
  if (!isOpen && change.isGone === true) {
    return showOutcome(change, { ...emptyResult(command, "unchanged"), plan: items }, undefined);
  }
  if (isOpen && (options.output === "text" || isAsked(change))) await showList(change, items);
  if (isOpen && !(await confirm(change))) return showDeclined(change, items);
  const now = () => world.clock.now().getTime();
  const observer = await createObserver(output, options, steps, now);
  const outcome = await carryOut({
    command,
    plan,
    items,
    steps,
    world,
    options,
    observer,
    signal,
    holder,
    checks: [],
    madeFrom: { text: change.keptText },
    ...(change.withoutHosts === undefined ? {} : { withoutHosts: change.withoutHosts }),
    ...(change.afterSteps === undefined ? {} : { afterSteps: change.afterSteps }),
  });
  const { result, error } = completeOutcome(outcome, change.access);
  const warnings = [...(change.warnings ?? []), ...result.warnings];
  return showOutcome(change, { ...result, warnings }, error);
}

async function showPlan(change: Change, items: PlanItem[]): Promise<ExitCode> {
  const { options, output, command } = change;
  if (options.output === "text") {
    const { renderPlan } = await import("../ui/plan.ts");
    const plan = renderPlan(items, resultScreenOf(output, options));
    output.stdout.write(`${plan}Nothing was written (--dry-run).\n`);
  } else {
    await writeDocument(output, options, { ...emptyResult(command, "planned"), plan: items });
  }
  return 0;
}

async function showList({ options, output, warnings }: Change, items: PlanItem[]): Promise<void> {
  const { renderPlan } = await import("../ui/plan.ts");
  const { renderNotes } = await import("../ui/change.ts");
  const screen = screenOf(output, options);
  output.stderr.write(`${renderPlan(items, screen)}${renderNotes(warnings ?? [], screen)}\n`);
}

/** Whether somebody will be asked: nobody says yes to what was not shown. */
const isAsked = ({ terminal, options }: Pick<Change, "terminal" | "options">): boolean =>
  terminal !== undefined && !options.yes;

async function confirm({ terminal, options, question, danger }: Change): Promise<boolean> {
  if (options.yes) return true;
  if (terminal !== undefined) {
    return terminal.confirm({ message: question, default: danger === undefined });
  }
  if (danger === undefined) return true;
  throw new UsageError(
    "GT-CONFIRMATION-NEEDED",
    `${danger} There is nobody to ask whether that is meant.`,
    { hint: "Look at the list with --dry-run, then run the same command with --yes." },
  );
}

async function showDeclined(change: Change, items: PlanItem[]): Promise<ExitCode> {
  const { options, output, command } = change;
  if (options.output === "text") output.stderr.write("Nothing was changed.\n");
  else await writeDocument(output, options, { ...emptyResult(command, "declined"), plan: items });
  return 1;
}

async function showOutcome(
  { options, output, said, resume }: Change,
  result: CommandResult,
  error: unknown,
): Promise<ExitCode> {
  // A bug is the CLI entry's to tell, with its stack under --debug.
  if (error !== undefined && !(error instanceof UserError)) throw error;
  if (options.output !== "text") {
    await writeDocument(output, options, result);
  } else if (error === undefined) {
    const { renderChangeEnd } = await import("../ui/change.ts");
    const isShared = result.plan.some(
      ({ kind, intent }) => kind === "Gateway" && intent === "keep",
    );
    const done = isShared ? (said.shared ?? said.done) : said.done;
    const title = result.result === "unchanged" ? said.unchanged : done;
    output.stdout.write(
      `\n${renderChangeEnd(result, { ...resultScreenOf(output, options), title })}`,
    );
  } else {
    const { renderFailure } = await import("../ui/failure.ts");
    output.stderr.write(
      `\n${renderFailure(result, error, { ...screenOf(output, options), resume })}`,
    );
  }
  return error === undefined ? 0 : error.exitCode;
}
