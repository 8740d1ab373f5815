import { buildStatus, type Status } from "../checks/status.ts";
import { type Resolved, resolveRunOptions } from "../config/resolve.ts";
import type { ExitCode } from "../errors.ts";
import { readStatusFacts, type StatusFacts } from "../facts/status-facts.ts";
import type { Survey } from "../facts/survey.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { rememberIdentity, withConnection } from "../runner/connect.ts";
import type { CommandInput } from "./command.ts";
import { settleRegion } from "./set-up.ts";
import { resultScreenOf, screenOf } from "./show.ts";
import { openCluster } from "./status-connect.ts";
import type { Watching } from "./status-watch.ts";
import { chooseSurvey, narrowSurvey, refuseEmpty } from "./status-survey.ts";

const EXIT_CODES = { healthy: 0, waiting: 3, degraded: 3, unknown: 1 } as const;

/** One look at everything, judged. */
export interface Looked {
  survey: Survey;
  facts: StatusFacts;
  status: Status;
}

/** `gateway-tls status`: one verdict over the hosts that were asked for. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { flags, io } = input;
  const resolved = await resolveRunOptions({ command: "status", flags, io });
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const opened = await openCluster(world, resolved.cluster, region, {
      options: resolved.options,
      terminal: resolved.interactive ? input.terminal : undefined,
    });
    try {
      const question = { resolved, region, hostnames: input.names };
      const survey = await chooseSurvey(world, opened, question);
      return await report(input, resolved, withConnection(world, opened.connection), survey);
    } finally {
      await opened.connection.close();
    }
  } finally {
    await world.close();
  }
}

async function report(
  input: CommandInput,
  resolved: Resolved,
  world: ConnectedWorld,
  survey: Survey,
): Promise<ExitCode> {
  const { dnsServer } = resolved.options;
  const look = async (unchanged?: Looked): Promise<Looked> => {
    const options = {
      ...(dnsServer === undefined ? {} : { dnsServer }),
      ...(unchanged === undefined ? {} : { unchanged: unchanged.facts }),
    };
    const read = await readStatusFacts(world, survey, options);
    refuseEmpty(read.survey, read.facts);
    const narrowed = narrowSurvey(read.survey, input.names);
    return { ...read, survey: narrowed, status: buildStatus(narrowed, read.facts) };
  };
  const { watch, bundle } = resolved.values;
  const looked =
    watch === true ? await watchAndShow(input, resolved, { world, survey, look }) : await look();
  await show(input, resolved, looked);
  if (bundle !== undefined) {
    const { writeBundle } = await import("./status-bundle.ts");
    const path = await writeBundle(world, looked, { cwd: input.io.cwd, file: bundle });
    input.io.stderr.write(`The support bundle is ${path}. Read it before you give it away.\n`);
  }
  return EXIT_CODES[looked.status.verdict];
}

async function watchAndShow(
  { io, signal }: CommandInput,
  { options }: Resolved,
  watched: Pick<Watching, "world" | "survey" | "look">,
): Promise<Looked> {
  const { watchStatus } = await import("./status-watch.ts");
  const { renderChanges } = await import("../ui/status-changes.ts");
  const { timeoutSeconds, output } = options;
  return watchStatus({
    ...watched,
    signal,
    timeoutSeconds,
    onLook: async ({ status, facts }, before) => {
      const isText = output === "text";
      const own = isText ? resultScreenOf(io, options) : screenOf(io, options);
      const screen = { ...own, now: new Date(facts.now) };
      const lines = renderChanges(status, before?.status, screen);
      if (isText) io.stdout.write(lines);
      else if (lines !== "") io.stderr.write(lines);
    },
  });
}

async function show(
  { io }: CommandInput,
  { options, values }: Resolved,
  { survey, facts, status }: Looked,
): Promise<void> {
  const document = { schemaVersion: 1, ...status } as const;
  if (options.output !== "text") {
    const { renderDocument } = await import("../ui/status-document.ts");
    io.stdout.write(await renderDocument(document, options.output));
    return;
  }
  const screen = { ...resultScreenOf(io, options), now: new Date(facts.now) };
  const { renderStatus } = await import("../ui/status.ts");
  io.stdout.write(renderStatus(document, screen));
  if (values.verbose !== true) return;
  const { listReviewed, listWarnings } = await import("../checks/review.ts");
  const { renderVerbose } = await import("../ui/status-verbose.ts");
  const review = { objects: listReviewed(survey, facts), warnings: listWarnings(facts) };
  io.stdout.write(`\n${renderVerbose(document, review, screen)}`);
}
