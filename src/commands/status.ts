import { buildStatus, type Status } from "../checks/status.ts";
import { readConfigFile } from "../config/config-file.ts";
import { resolveConfig, resolveRunOptions } from "../config/resolve.ts";
import type { Config, RunOptions } from "../config/config.ts";
import { type ExitCode, UserError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { readStatusFacts } from "../facts/status-facts.ts";
import { buildNames } from "../plan/names.ts";
import { versionSets } from "../plan/version-sets.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { connectToCluster, rememberIdentity, withConnection } from "../runner/connect.ts";
import type { CommandInput } from "./command.ts";
import { settleRegion } from "./set-up.ts";
import { screenOf } from "./show.ts";

const EXIT_CODES = { healthy: 0, waiting: 3, degraded: 3, unknown: 1 } as const;

/** `gateway-tls status`: one verdict over every host that the cluster keeps. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { flags, io } = input;
  const resolved = await resolveRunOptions({ command: "status", flags, io });
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const cluster = resolved.cluster ?? (await chooseCluster(world));
    const connection = await connectToCluster(world, { cluster, region }, resolved.options);
    if (connection instanceof UserError) throw connection;
    try {
      const kept = await readInstallation(connection, cluster);
      const values = { ...resolved.values, cluster };
      const settled = {
        resolved: { ...resolved, values, interactive: false },
        kept: kept.config,
        region,
      };
      const { config } = await resolveConfig(settled);
      const status = await look(world, connection, {
        config,
        zoneId: kept.zoneId,
        options: resolved.options,
      });
      await show(input, resolved.options, status, world.clock.now());
      return EXIT_CODES[status.verdict];
    } finally {
      await connection.close();
    }
  } finally {
    await world.close();
  }
}

/** The only cluster there is; with several, the user has to say which. */
async function chooseCluster(world: World): Promise<string> {
  const names = await world.clusters.list();
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UserError(
    "GT-CLUSTER-UNNAMED",
    `Which cluster is meant? There are: ${names.join(", ") || "none"}.`,
    {
      hint: "Name it with --cluster.",
      exitCode: 2,
    },
  );
}

async function readInstallation({ kubernetes }: ClusterConnection, cluster: string) {
  const kept = await readKeptConfig(kubernetes);
  if (!kept.known) throw kept.error;
  if (kept.value === undefined || kept.value.text === "") {
    throw new UserError(
      "GT-NOT-INSTALLED",
      `The cluster ${cluster} keeps no configuration of gateway-tls.`,
      {
        hint: "gateway-tls init",
        exitCode: 3,
      },
    );
  }
  const config = await readConfigFile(kept.value.text, { name: "the kept config" });
  return { config, zoneId: kept.value.zoneId };
}

async function look(
  world: World,
  connection: ClusterConnection,
  { config, zoneId, options }: { config: Config; zoneId: string | undefined; options: RunOptions },
): Promise<Status> {
  const caller = await world.caller.identify();
  const names = buildNames({ caller, cluster: { name: config.cluster, region: config.region } });
  const facts = await readStatusFacts(withConnection(world, connection), {
    config,
    names,
    zone: { id: config.zoneId ?? zoneId ?? "", name: config.domain },
    ...(options.dnsServer === undefined ? {} : { dnsServer: options.dnsServer }),
  });
  return buildStatus({ config, names, versions: versionSets[config.versions], facts });
}

async function show(
  { io }: CommandInput,
  options: RunOptions,
  status: Status,
  now: Date,
): Promise<void> {
  const document = { schemaVersion: 1, ...status } as const;
  if (options.output === "json") {
    io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  const { renderStatus } = await import("../ui/status.ts");
  io.stdout.write(renderStatus(document, { ...screenOf(io, options), now }));
}
