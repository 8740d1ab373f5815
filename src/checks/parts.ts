import type { CertManagerFact } from "../facts/cert-manager.ts";
import type { CrdGroup } from "../facts/crds.ts";
import { valueOf } from "../facts/fact.ts";
import type { Facts } from "../facts/facts.ts";
import { isOurs } from "../facts/ownership.ts";
import { INSTALLATION_TAG } from "../plan/identity.ts";
import { describeRelease, findReleases, isStuck } from "../facts/releases.ts";
import type { Release } from "../ports/charts.ts";
import type { Addon } from "../ports/aws.ts";
import type { CheckInput } from "./check.ts";
import { compareVersions, minorOf } from "../plan/version.ts";

/** What init needs and others may have brought; docs/compatibility.md has the same names. */
export type Part =
  | "Gateway API CRDs"
  | "cert-manager"
  | "cert-manager CRDs"
  | "ExternalDNS"
  | "NGINX Gateway Fabric"
  | "GatewayClass"
  | "OIDC provider"
  | "Pod Identity agent";

/** What was found of each part, in the words that the ownership rules ask for. */
export interface Parts {
  gatewayApi: { ours: boolean; fits: boolean; missing: string[]; group: CrdGroup } | undefined;
  certManager: "none" | "ours" | "several" | "foreign-enabled" | "foreign-old" | "foreign-disabled";
  certManagerCrds: "fine" | "stray";
  externalDns: "none" | "ours" | "collides" | "elsewhere";
  controller: "none" | "ours" | "foreign";
  gatewayClass: "none" | "fine" | "taken";
  oidcProvider: "none" | "ours" | "fits" | "no-audience";
  agent: "none" | "ours" | "foreign";
  /** What was seen of each, with owners, for messages. */
  seen: Record<Part, string>;
}

/** `spec.controllerName` of NGINX Gateway Fabric's class. */
const CONTROLLER = "gateway.nginx.org/nginx-gateway-controller";
/** The first whose Gateway API support needs no experimental feature gate. */
const LOWEST_CERT_MANAGER = "1.15.0";
/** Refuses solver parentRefs with a namespace (cert-manager 1.20.0; mended in 1.20.1). */
const BROKEN_CERT_MANAGER = "1.20.0";
/** Our release of it, and with it the names of its cluster-wide roles. */
const OUR_EXTERNAL_DNS = "external-dns";
/** EKS's name for the add-on of the Pod Identity agent. */
export const AGENT_ADDON = "eks-pod-identity-agent";

/** Sorts what the facts hold; what is unknown counts as not found, and its own check says so. */
export function lookAtParts(input: CheckInput): Parts {
  const { config, versions, names } = input;
  const found = gather(input);
  const certManager = judgeCertManager(found);
  return {
    gatewayApi: found.gatewayApi && sortGatewayApi(found.gatewayApi, versions.gatewayApi),
    certManager,
    certManagerCrds: judgeCertManagerCrds(
      found.certManagerCrds,
      certManager,
      config.namespaces.certManager,
    ),
    externalDns: judgeExternalDns(found.externalDns, found.dnsAddon, config.namespaces.externalDns),
    controller: judgeController(found.controllers),
    gatewayClass: judgeClass(found.gatewayClass?.controller),
    oidcProvider: judgeProvider(found.provider),
    agent: judgeAgent(found.agent, names?.installation),
    seen: describeAll(found),
  };
}

type Found = ReturnType<typeof gather>;

function gather({ facts, names }: CheckInput) {
  const releases = valueOf(facts.releases) ?? [];
  const addons = valueOf(facts.addons) ?? [];
  const crds = valueOf(facts.crds);
  const className = names?.gatewayClass ?? "nginx";
  return {
    certManager: findReleases(releases, "cert-manager"),
    certManagerAddon: addons.find(({ name }) => name === "cert-manager"),
    gatewayApi: crds?.gatewayApi,
    certManagerCrds: crds?.certManager,
    certManagers: findForeignCertManagers(facts),
    externalDns: findReleases(releases, "external-dns"),
    dnsAddon: addons.find(({ name }) => name === "external-dns"),
    controllers: findReleases(releases, "nginx-gateway-fabric"),
    gatewayClass: valueOf(facts.gatewayClasses)?.find(({ name }) => name === className),
    provider: valueOf(facts.iam)?.oidcProvider,
    agent: addons.find(({ name }) => name === AGENT_ADDON),
  };
}

function describeAll(found: Found): Parts["seen"] {
  const { gatewayClass, provider, agent } = found;
  return {
    "Gateway API CRDs": describeGroup(found.gatewayApi),
    "cert-manager":
      found.certManagers.map(describeCertManager).join(" and ") ||
      describeReleases(found.certManager.foreign, found.certManagerAddon),
    "cert-manager CRDs": describeGroup(found.certManagerCrds),
    ExternalDNS: describeReleases(found.externalDns.foreign, found.dnsAddon),
    "NGINX Gateway Fabric": describeReleases(found.controllers.foreign, undefined),
    GatewayClass: gatewayClass === undefined ? "none" : `served by ${gatewayClass.controller}`,
    "OIDC provider": provider === undefined ? "none" : `${provider.arn} (${provider.owner.name})`,
    "Pod Identity agent": agent === undefined ? "none" : `add-on ${agent.version}, ${agent.status}`,
  };
}

function sortGatewayApi(group: CrdGroup, wanted: { version: string; crds: readonly string[] }) {
  const isSameMinor = group.versions.every((one) => minorOf(one) === minorOf(wanted.version));
  const isOlder = group.versions.some((one) => compareVersions(one, wanted.version) < 0);
  const missing = wanted.crds.filter((name) => !group.names.includes(name));
  const { ours } = group.owner;
  const fits = isSameMinor && (ours ? !isOlder : group.versions.length > 0);
  return { ours, missing, group, fits };
}

/** Controllers that no release of ours brought. */
export function findForeignCertManagers(facts: Facts): CertManagerFact[] {
  const { ours } = findReleases(valueOf(facts.releases) ?? [], "cert-manager");
  return (valueOf(facts.certManagers) ?? []).filter(
    ({ namespace }) => namespace !== ours?.namespace,
  );
}

function judgeCertManager({
  certManager: { ours, foreign: releases },
  certManagers: foreign,
  certManagerAddon,
}: Found): Parts["certManager"] {
  const [only] = foreign;
  if (only === undefined) {
    // Installed, but nothing that we recognise runs: its setting cannot be read.
    const hidden = certManagerAddon !== undefined || releases.some((one) => !isStuck(one));
    if (hidden) return "foreign-disabled";
    return ours === undefined ? "none" : "ours";
  }
  if (foreign.length > 1 || ours !== undefined) return "several";
  const { version, gatewayApi } = only;
  const old =
    version !== undefined &&
    (compareVersions(version, LOWEST_CERT_MANAGER) < 0 || version === BROKEN_CERT_MANAGER);
  if (old) return "foreign-old";
  return gatewayApi === "enabled" ? "foreign-enabled" : "foreign-disabled";
}

function judgeCertManagerCrds(
  crds: CrdGroup | undefined,
  certManager: Parts["certManager"],
  namespace: string,
): Parts["certManagerCrds"] {
  // With none running they are left over: helm takes back those that its own release left.
  if (crds === undefined || certManager !== "none" || crds.owner.ours) return "fine";
  return crds.owner.name.startsWith(`helm release ${namespace}/`) ? "fine" : "stray";
}

function judgeExternalDns(
  { ours, foreign }: ReturnType<typeof findReleases>,
  addon: Addon | undefined,
  namespace: string,
): Parts["externalDns"] {
  // The chart names its ClusterRole after the release, and the add-on's is `external-dns` too.
  if (foreign.some((one) => one.namespace === namespace || one.name === OUR_EXTERNAL_DNS)) {
    return "collides";
  }
  if (addon !== undefined) return "collides";
  if (foreign.length > 0) return "elsewhere";
  return ours === undefined ? "none" : "ours";
}

function judgeController({ ours, foreign }: ReturnType<typeof findReleases>): Parts["controller"] {
  if (foreign.length > 0) return "foreign";
  return ours === undefined ? "none" : "ours";
}

function judgeClass(controller: string | undefined): Parts["gatewayClass"] {
  if (controller === undefined) return "none";
  return controller === CONTROLLER ? "fine" : "taken";
}

function judgeProvider(
  provider: { owner: { ours: boolean }; clientIds: string[] } | undefined,
): Parts["oidcProvider"] {
  if (provider === undefined) return "none";
  if (!provider.clientIds.includes("sts.amazonaws.com")) return "no-audience";
  return provider.owner.ours ? "ours" : "fits";
}

function judgeAgent(agent: Addon | undefined, installation: string | undefined): Parts["agent"] {
  if (agent === undefined) return "none";
  return isOurs(agent.tags) || agent.tags[INSTALLATION_TAG] === installation ? "ours" : "foreign";
}

function describeGroup(group: CrdGroup | undefined): string {
  if (group === undefined) return "none";
  const versions = group.versions.join(", ") || "of no marked version";
  const channel = group.channel === undefined ? "" : `, ${group.channel} channel`;
  return `${versions}${channel}, of ${group.owner.name}`;
}

/** `v1.20.2 of helm release cert-manager/cert-manager`. */
export function describeCertManager({ version, namespace, name, owner }: CertManagerFact): string {
  const what = version === undefined ? "of an unknown version" : `v${version}`;
  return `${what} in ${namespace}/${name}, of ${owner.name}`;
}

function describeReleases(releases: readonly Release[], addon: Addon | undefined): string {
  const texts = releases.map((one) => `helm release ${describeRelease(one)} (${one.chartVersion})`);
  if (addon !== undefined) texts.push(`EKS add-on ${addon.name} ${addon.version}`);
  return texts.join(" and ") || "none";
}
