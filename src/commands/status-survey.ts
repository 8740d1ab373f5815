import type { Config } from "../config/config.ts";
import { readKeptDocument } from "../config/kept-document.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { UserError, UsageError } from "../errors.ts";
import { type KeptConfig, readKeptConfig } from "../facts/kept-config.ts";
import { rebuildConfig } from "../facts/rebuilt-config.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import { type Place, type Survey, surveyInstallation } from "../facts/survey.ts";
import { findNearest, listNames } from "../nearest.ts";
import { buildNames } from "../plan/names.ts";
import { MANAGER } from "../plan/manifest.ts";
import { versionSets } from "../plan/version-sets.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { REBUILT } from "./choose-cluster.ts";
import type { Opened } from "./status-connect.ts";

/** What was said of what to look at. */
export interface SurveyQuestion {
  resolved: Resolved;
  region: string;
  /** Host names behind the verb; empty for all. */
  hostnames: readonly string[];
}

/**
 * What is to be looked at: the Gateways that the flags name, or the installation that the cluster
 * keeps. Throws `GT-NOT-INSTALLED` (exit 3) where there is none.
 */
export async function chooseSurvey(
  world: World,
  opened: Opened,
  question: SurveyQuestion,
): Promise<Survey> {
  const { gateway } = question.resolved.values;
  if (gateway !== undefined) return surveyGateways(gateway);
  const survey = await surveyKept(world, opened, question);
  return narrowSurvey(survey, question.hostnames);
}

function surveyGateways(gateways: readonly Place[]): Survey {
  return {
    kept: false,
    gateways: [...gateways],
    gatewayClass: "",
    namespaces: {},
    serviceNamespaces: gateways.map(({ namespace }) => namespace),
    zone: { id: undefined, name: "" },
    expected: {},
    targets: [],
  };
}

async function surveyKept(world: World, opened: Opened, question: SurveyQuestion): Promise<Survey> {
  const { config, kept, notes } = await readInstallation(opened, question);
  const names = buildNames({
    caller: { account: await findAccount(world, kept) },
    cluster: { name: config.cluster, region: config.region },
  });
  const survey = surveyInstallation(config, names, versionSets[config.versions], kept.zoneId);
  return notes.length === 0 ? survey : { ...survey, rebuilt: true };
}

/**
 * The config that the cluster keeps, or what its objects tell of it, which is noted; under the
 * flags. Throws `GT-NOT-INSTALLED` (exit 3) where there is none.
 */
export async function readInstallation(
  { connection, cluster }: Opened,
  { resolved, region }: Pick<SurveyQuestion, "resolved" | "region">,
): Promise<{ config: Config; kept: KeptConfig; notes: string[] }> {
  const found = await readKeptConfig(connection.kubernetes);
  if (!found.known) throw found.error;
  const { value } = found;
  const isMissing = value === undefined || value.text === "";
  const { kept, layer } = isMissing
    ? await rebuild(connection, cluster)
    : { kept: value, layer: await readKeptDocument(value.text) };
  const values = { ...resolved.values, ...(cluster === undefined ? {} : { cluster }) };
  const { config } = await resolveConfig({
    resolved: { ...resolved, values, interactive: false },
    kept: layer,
    region,
  });
  return { config, kept, notes: isMissing ? [REBUILT] : [] };
}

/** Without a host there is nothing to look at: an uninstall may have left a namespace. */
async function rebuild(connection: ClusterConnection, cluster: string | undefined) {
  const layer = await rebuildConfig(connection);
  if (layer?.hosts === undefined) throw notInstalled(cluster);
  const { domain, zoneId, versions } = layer;
  const owner = { ours: true, name: MANAGER };
  const kept: KeptConfig = { text: "", data: {}, owner, domain, zoneId, versions };
  return { kept, layer: { domain: "unknown.invalid", email: "unknown@unknown.invalid", ...layer } };
}

/** Kept at the installation: `<account>/<region>/<cluster>`; an older one is asked for. */
async function findAccount(world: World, { data }: KeptConfig): Promise<string> {
  const [account] = (data["installation"] ?? "").split("/");
  if (account !== undefined && /^\d{12}$/.test(account)) return account;
  return (await world.caller.identify()).account;
}

function notInstalled(cluster: string | undefined): UserError {
  return new UserError(
    "GT-NOT-INSTALLED",
    `The cluster ${cluster ?? ""} keeps no configuration of gateway-tls.`.replace("  ", " "),
    {
      hint: "Set it up with `gateway-tls init`; to look at one made by hand, name its Gateway: gateway-tls status --gateway NAMESPACE/NAME",
      exitCode: 3,
    },
  );
}

/** Only these hosts; names that the survey does not have are `GT-HOST-UNKNOWN`. */
export function narrowSurvey(survey: Survey, hostnames: readonly string[]): Survey {
  if (hostnames.length === 0) return survey;
  const all = survey.targets.map(({ hostname }) => hostname);
  const wanted = hostnames.map((name) => name.toLowerCase().replace(/\.$/, ""));
  const strangers = wanted.filter((name) => !all.includes(name));
  if (strangers.length > 0) {
    const verb = strangers.length === 1 ? "is" : "are";
    throw new UsageError(
      "GT-HOST-UNKNOWN",
      `${listNames(strangers)} ${verb} not set up here; there are ${listNames(all)}.`,
      suggest(survey, wanted),
    );
  }
  const targets = survey.targets.filter(({ hostname }) => wanted.includes(hostname));
  return { ...survey, targets };
}

/** The same command with the nearest names, where each has one. */
function suggest({ kept, gateways, targets }: Survey, wanted: readonly string[]) {
  const all = targets.map(({ hostname }) => hostname);
  const meant = wanted.map((name) => (all.includes(name) ? name : findNearest(name, all)));
  if (meant.includes(undefined)) return {};
  const flags = kept ? [] : gateways.map((place) => `--gateway ${nameGateway(place)}`);
  return { hint: ["gateway-tls status", ...new Set(meant), ...flags].join(" ") };
}

/** A Gateway that is named and is not there, or serves no host by HTTPS: nothing to judge. */
export function refuseEmpty(
  { kept, gateways, targets }: Survey,
  { gateways: live }: Pick<StatusFacts, "gateways">,
): void {
  if (kept || !live.known) return;
  const all = live.value.map(({ metadata }) => nameGateway(metadata));
  const absent = gateways.map(nameGateway).find((name) => !all.includes(name));
  if (absent !== undefined) {
    const nearest = findNearest(absent, all);
    const hint =
      nearest === undefined
        ? "kubectl get gateways --all-namespaces"
        : `gateway-tls status --gateway ${nearest}`;
    const there = `There is no Gateway ${absent}; there are ${listNames(all)}.`;
    throw new UserError("GT-GATEWAY-MISSING", there, { hint, exitCode: 3 });
  }
  if (targets.length > 0) return;
  const names = listNames(gateways.map(nameGateway));
  throw new UserError(
    "GT-LISTENER-MISSING",
    `${names} has no HTTPS listener with a hostname and a certificate.`,
    {
      hint: `kubectl describe gateway ${gateways[0]?.name ?? ""} --namespace ${gateways[0]?.namespace ?? ""}`,
      exitCode: 3,
    },
  );
}

const nameGateway = ({ namespace = "default", name }: { namespace?: string; name: string }) =>
  `${namespace}/${name}`;
