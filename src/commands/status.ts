import { buildStatus } from "../checks/status.ts";
import { type Resolved, resolveRunOptions } from "../config/resolve.ts";
import type { ExitCode } from "../errors.ts";
import { readStatusFacts } from "../facts/status-facts.ts";
import type { Survey } from "../facts/survey.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { rememberIdentity, withConnection } from "../runner/connect.ts";
import { untilStopped } from "../runner/until-stopped.ts";
import { type Access, accessOf, completeError } from "./access.ts";
import type { CommandInput } from "./command.ts";
import type { Looked } from "./looked.ts";
import { settleRegion } from "./set-up.ts";
import { resultScreenOf, screenOf } from "./show.ts";
import { completeActions, describeAccess } from "./status-actions.ts";
import { openCluster } from "./status-connect.ts";
import type { Watching } from "./status-watch.ts";
import { REBUILT } from "./choose-cluster.ts";
import { chooseSurvey, narrowSurvey, refuseEmpty } from "./status-survey.ts";

const EXIT_CODES = { healthy: 0, waiting: 3, degraded: 3, unknown: 1 } as const;

/** `gateway-tls status`: one verdict over the hosts that were asked for. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { flags, io } = input;
  const resolved = await resolveRunOptions({ command: "status", flags, io });
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const opened = await openCluster(world, resolved.cluster, region, {
      flags,
      options: resolved.options,
      terminal: resolved.interactive ? input.terminal : undefined,
    });
    const access = accessOf(flags, opened.cluster);
    try {
      const question = { resolved, region, hostnames: input.names };
      const survey = await untilStopped(input.signal, chooseSurvey(world, opened, question));
      if (survey.rebuilt === true) input.io.stderr.write(`${REBUILT}\n`);
      const connected = withConnection(world, opened.connection);
      return await report(input, { resolved, access }, connected, survey);
    } catch (error) {
      throw completeError(error, access);
    } finally {
      await opened.connection.close();
    }
  } finally {
    await world.close();
  }
}

async function report(
  input: CommandInput,
  { resolved, access }: { resolved: Resolved; access: Access },
  world: ConnectedWorld,
  survey: Survey,
): Promise<ExitCode> {
  const look = createLook(input, { resolved, access }, world, survey);
  const { watch, bundle } = resolved.values;
  const looked =
    watch === true
      ? await watchAndShow(input, resolved, { world, survey, look })
      : await untilStopped(input.signal, look());
  await show(input, { resolved, access }, looked);
  if (bundle !== undefined) {
    const { writeBundle } = await import("./status-bundle.ts");
    const path = await writeBundle(world, looked, { cwd: input.io.cwd, file: bundle });
    input.io.stderr.write(`The support bundle is ${path}. Read it before you give it away.\n`);
  }
  return EXIT_CODES[looked.status.verdict];
}

type Look = Watching["look"];

function createLook(
  { names }: CommandInput,
  { resolved, access }: { resolved: Resolved; access: Access },
  world: ConnectedWorld,
  survey: Survey,
): Look {
  const { dnsServer } = resolved.options;
  return async (unchanged) => {
    const read = await readStatusFacts(world, survey, {
      ...(dnsServer === undefined ? {} : { dnsServer }),
      ...(unchanged === undefined ? {} : { unchanged: unchanged.facts }),
      narrow: (found, cluster) => {
        refuseEmpty(found, cluster);
        return narrowSurvey(found, names);
      },
    });
    return { ...read, status: completeActions(buildStatus(read.survey, read.facts), access) };
  };
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
  { resolved: { options, values }, access }: { resolved: Resolved; access: Access },
  looked: Looked,
): Promise<void> {
  const { survey, facts, status } = looked;
  const document = { schemaVersion: 1, ...status } as const;
  const review = values.verbose === true ? await reviewAll(looked) : undefined;
  if (options.output !== "text") {
    const { renderDocument } = await import("../ui/status-document.ts");
    const whole = { ...document, ...review };
    for await (const part of renderDocument(whole, options.output)) io.stdout.write(part);
    return;
  }
  const screen = { ...resultScreenOf(io, options), now: new Date(facts.now) };
  const { renderStatus } = await import("../ui/status.ts");
  io.stdout.write(
    renderStatus(document, { ...screen, ...describeAccess(access, survey.expected.cluster) }),
  );
  if (review === undefined) return;
  const { renderVerbose } = await import("../ui/status-verbose.ts");
  io.stdout.write(`\n${renderVerbose(document, review, screen)}`);
}

async function reviewAll({ survey, facts }: Looked) {
  const { listReviewed } = await import("../checks/review.ts");
  const { listWarnings } = await import("../checks/warnings.ts");
  return { objects: listReviewed(survey, facts), warnings: listWarnings(survey, facts) };
}
