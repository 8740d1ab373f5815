import { createHash } from "node:crypto";
import type { Config } from "../config/config.ts";
import type { CallerIdentity, Cluster } from "../ports/aws.ts";

/** Every name that gateway-tls gives, decided here and nowhere else. */
export interface Names {
  /** `<account>/<region>/<cluster>`, the AWS tag's value. */
  installation: string;
  /** ExternalDNS's TXT owner. */
  txtOwner: string;
  policy: string;
  role: string;
  serviceAccount: string;
  gateway: string;
  gatewayClass: string;
  issuers: { staging: string; production: string };
  /** Where the kept config and the Lease are, whatever the user's namespaces. */
  ownNamespace: string;
  keptConfig: string;
  lease: string;
  sampleApp: string;
}

/** The names of what belongs to one host. */
export interface HostNames {
  /** Of the HTTPS listener: the hostname is a valid SectionName. */
  listener: string;
  /** Of the Secret and of the Certificate. */
  secret: string;
  route: string;
  redirectRoute: string;
}

/** The listener on port 80; never a hostname, which has a dot. */
export const HTTP_LISTENER = "http";

/** IAM role names have at most 64 characters. */
const IAM_NAME_LENGTH = 64;
/**
 * A TXT string holds 255 bytes. ExternalDNS writes owner and `httproute/<namespace>/<name>` into
 * one, with 75 bytes of its own and up to 63 of the namespace.
 */
const TXT_OWNER_LENGTH = 63;
const ROUTE_LENGTH = 52;
const OBJECT_LENGTH = 253;

/** The names of an installation. */
export function buildNames(facts: {
  caller: Pick<CallerIdentity, "account">;
  cluster: Pick<Cluster, "name" | "region">;
}): Names {
  const { account } = facts.caller;
  const { name: cluster, region } = facts.cluster;
  const installation = `${account}/${region}/${cluster}`;
  const iamName = buildIamName(region, cluster);
  return {
    installation,
    txtOwner: cut(`gateway-tls.${account}.${region}.${cluster}`, TXT_OWNER_LENGTH, installation),
    policy: iamName,
    role: iamName,
    serviceAccount: "external-dns",
    gateway: "gateway-tls",
    gatewayClass: "nginx",
    issuers: { staging: "gateway-tls-staging", production: "gateway-tls-production" },
    ownNamespace: "gateway-tls",
    keptConfig: "gateway-tls",
    lease: "gateway-tls",
    sampleApp: "coffee",
  };
}

/** The names for one host of the config. */
export function buildHostNames(hostname: string): HostNames {
  const route = cut(hostname, ROUTE_LENGTH - "-redirect".length, hostname);
  return {
    listener: hostname,
    secret: `${cut(hostname, OBJECT_LENGTH - "-tls".length, hostname)}-tls`,
    route,
    redirectRoute: `${route}-redirect`,
  };
}

/** The namespaces whose routes the Gateway admits on port 80: its own, and every backend's. */
export function findRouteNamespaces({ namespaces, hosts }: Config): string[] {
  const all = new Set([namespaces.gateway, ...hosts.map(({ backend }) => backend.namespace)]);
  return [...all].sort();
}

/** IAM compares names without regard to case, EKS does not: upper case gets a hash too. */
function buildIamName(region: string, cluster: string): string {
  const name = `gateway-tls-external-dns.${region}.${cluster}`;
  if (name.length <= IAM_NAME_LENGTH && name === name.toLowerCase()) return name;
  return withHash(name, IAM_NAME_LENGTH, `${region}/${cluster}`);
}

function cut(text: string, length: number, identity: string): string {
  return text.length <= length ? text : withHash(text, length, identity);
}

/** Cuts before `.` and hash, so that what is left is still a DNS name. */
function withHash(text: string, length: number, identity: string): string {
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 10);
  const kept = text.slice(0, length - hash.length - 1).replace(/[^A-Za-z0-9]+$/, "");
  return `${kept}.${hash}`;
}
