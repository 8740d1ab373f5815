import type { Plan, PlanItem } from "../plan/plan.ts";
import { formatFields, formatHeading, formatNote, joinBlocks } from "./layout.ts";
import { countIntents, formatAreas } from "./plan.ts";
import { formatText, markOf, type Screen } from "./screen.ts";
import { countOf, toOneLine } from "./text.ts";

type PlanShown = Pick<Plan, "config" | "environment" | "versions">;

/** `items`: what inspecting says of each part of the plan. */
export interface Review {
  plan: PlanShown;
  items: readonly PlanItem[];
  warnings: readonly string[];
  /** The zone's delegation set, when it was read. */
  nameServers?: readonly string[];
}

const IDENTITIES: Record<Plan["environment"]["identityMode"], string> = {
  "pod-identity": "EKS Pod Identity",
  irsa: "IAM role for the ServiceAccount (IRSA)",
};

const PROVIDERS: Record<Plan["environment"]["loadBalancer"], string> = {
  lbc: "AWS Load Balancer Controller",
  "auto-mode": "EKS Auto Mode",
  "in-tree": "the cluster's built-in provider",
};

const NAME_WIDTH = "Load balancer".length;

/** What is about to be done, where, with what and for how much: shown before the confirmation. */
export function renderReview(review: Review, screen: Screen): string {
  const { plan, items, warnings } = review;
  const changed = items.filter(({ intent }) => ["create", "update", "delete"].includes(intent));
  return joinBlocks([
    [formatHeading(screen, `HTTPS for ${plan.config.domain}`)],
    formatFields(screen, placeFields(review), { nameWidth: NAME_WIDTH }),
    formatFields(screen, howFields(review, screen), { nameWidth: NAME_WIDTH }),
    [formatHeading(screen, "Changes", countIntents(items))],
    ...formatAreas(changed, screen),
    ...formatOthers(items, screen),
    [formatHeading(screen, "Cost"), ...formatCost(plan, items, screen)],
    formatWarnings(warnings, screen),
  ]);
}

/** What the preflight warns of, where there is nothing to review. */
export function renderWarnings(warnings: readonly string[], screen: Screen): string {
  return joinBlocks([formatWarnings(warnings, screen)]);
}

function formatWarnings(warnings: readonly string[], screen: Screen): string[] {
  if (warnings.length === 0) return [];
  const notes = warnings.flatMap((warning) => formatNote(screen, warning));
  return [formatHeading(screen, "Warnings"), ...notes];
}

type Fields = [string, string | string[]][];

function placeFields({ plan, nameServers = [] }: Review): Fields {
  const { caller, cluster, zone } = plan.environment;
  const endpoint: Fields = cluster.endpoint === undefined ? [] : [["Endpoint", cluster.endpoint]];
  const servers: Fields =
    nameServers.length === 0 ? [] : [["Name servers", nameServers.join(", ")]];
  return [
    ["Account", caller.account],
    ["Caller", caller.arn],
    ["Region", plan.config.region],
    ["Cluster", `${cluster.name}, Kubernetes ${cluster.version}`],
    ...endpoint,
    ["Hosted zone", `${zone.name}, ${zone.id}`],
    ...servers,
  ];
}

function howFields({ plan, items }: Review, screen: Screen): Fields {
  const { config, environment, versions } = plan;
  const arrow = markOf(screen, "arrow");
  const { charts, gatewayApi } = versions;
  return [
    [
      config.hosts.length === 1 ? "Host" : "Hosts",
      config.hosts.map(({ hostname, path, backend: { namespace, service, port } }) => {
        const sample = config.sampleApp && namespace === config.namespaces.sampleApp;
        const target = `${namespace}/${service}:${port}${sample ? " (sample app)" : ""}`;
        return `https://${hostname}${path} ${arrow} ${target}`;
      }),
    ],
    ["Identity", IDENTITIES[environment.identityMode]],
    ["Load balancer", `${config.loadBalancer.scheme}, by ${PROVIDERS[environment.loadBalancer]}`],
    ["Certificates", describeIssuer(plan, items)],
    [
      "Versions",
      [
        `Gateway API ${gatewayApi.version}`,
        `ExternalDNS ${bare(charts["external-dns"].appVersion)}`,
        `NGINX Gateway Fabric ${bare(charts["nginx-gateway-fabric"].appVersion)}`,
        environment.foreignCertManager === undefined
          ? `cert-manager ${bare(charts["cert-manager"].appVersion)}`
          : `cert-manager ${environment.foreignCertManager} (used as it is)`,
      ].join(", "),
    ],
  ];
}

function describeIssuer({ config }: PlanShown, items: readonly PlanItem[]): string {
  if (config.issuer === "staging") {
    return `staging, from ${hostOf(config.acme.stagingServer)}: browsers do not trust them`;
  }
  // A Gateway that has gone to production asks there for new hosts too.
  const isThere = items.some(({ step, intent }) => step === "promotion" && intent === "keep");
  const proof = isThere ? "" : ", after a proof with staging";
  return `production, from ${hostOf(config.acme.server)}${proof}`;
}

/** What is there already: counted, and what is not ours named. */
function formatOthers(items: readonly PlanItem[], screen: Screen): string[][] {
  const foreign = items.filter(({ intent }) => intent === "foreign");
  const used = items.filter(({ intent, owner }) => intent === "keep" && owner !== undefined);
  const stops = foreign.flatMap(({ kind, name, owner }) =>
    formatNote(
      screen,
      `${kind} ${name} is in the way${owner === undefined ? "" : `: it belongs to ${owner}`}.`,
      "red",
    ),
  );
  const uses = used.map(({ kind, name, owner }): [string, string] => [
    toOneLine(kind),
    `${name}, of ${owner}`,
  ]);
  return [
    uses.length === 0
      ? []
      : [formatHeading(screen, "Used as it is", "not ours"), ...formatFields(screen, uses)],
    stops.length === 0 ? [] : [formatHeading(screen, "Not ours"), ...stops],
  ];
}

/** Order of magnitude of a Network Load Balancer: https://aws.amazon.com/elasticloadbalancing/pricing/ */
function formatCost(
  { environment }: PlanShown,
  items: readonly PlanItem[],
  screen: Screen,
): string[] {
  const gateways = items.filter(
    ({ step, kind, intent }) => step === "gateway" && kind === "Gateway" && intent === "create",
  ).length;
  const balancer =
    gateways === 0
      ? "No new load balancer."
      : `${countOf(gateways, "Network Load Balancer")}: about USD 0.0225 per hour (USD 16 per month) plus usage; the exact price depends on the region.`;
  const zone = `The hosted zone ${environment.zone.name} exists already; certificates are free.`;
  return [balancer, zone].flatMap((text) => formatText(screen, text, { indent: 2 }));
}

const bare = (version: string): string => version.replace(/^v/, "");

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
