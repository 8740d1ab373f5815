import { parseCertificate, parseGateway } from "../../facts/objects.ts";
import { isOurs } from "../../facts/ownership.ts";
import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { isOfGateway } from "../gateway.ts";
import { findKeptRecords } from "./foreign-records.ts";
import { readGatewayUse } from "./gateway-use.ts";
import { nameOf, type RemovalContext } from "./removal.ts";

/** A Gateway that our controller serves, of others or used by others, as a clause. */
export async function findControllerUser(context: RemovalContext): Promise<string | undefined> {
  const { plan, world } = context;
  const [gateways, { reason }] = await Promise.all([
    world.kubernetes.list(kinds.Gateway),
    readGatewayUse(context),
  ]);
  if (reason !== undefined) {
    return `kept: Gateway ${plan.config.namespaces.gateway}/${plan.names.gateway} uses it`;
  }
  const user = gateways.find(
    (gateway) =>
      !isOurs(gateway.metadata.labels) &&
      parseGateway(gateway).spec.gatewayClassName === plan.names.gatewayClass,
  );
  return user === undefined ? undefined : usedBy(user);
}

/** Names that ExternalDNS, where it is ours, writes for routes of others, as a clause. */
export async function findExternalDnsUser(context: RemovalContext): Promise<string | undefined> {
  const { plan, world } = context;
  const { name, namespace } = plan.releases["external-dns"];
  const [kept, releases] = await Promise.all([findKeptRecords(context), world.charts.list()]);
  const isThere = releases.some(
    (one) => one.name === name && one.namespace === namespace && isOurs(one.labels),
  );
  const names = new Set(kept.flatMap(({ type, name: at }) => (type === "TXT" ? [] : [at])));
  return isThere && names.size > 0 ? `kept: it writes ${[...names].join(", ")}` : undefined;
}

/** A Certificate or issuer of others, which only a cert-manager can serve, as a clause. */
export async function findCertManagerUser(context: RemovalContext): Promise<string | undefined> {
  const [certificates, clusterIssuers, issuers] = await Promise.all([
    findForeignCertificates(context),
    context.world.kubernetes.list(kinds.ClusterIssuer),
    context.world.kubernetes.list(kinds.Issuer),
  ]);
  const foreign = [...clusterIssuers, ...issuers].filter(
    ({ metadata }) => !isOurs(metadata.labels),
  );
  const [user] = [...certificates, ...foreign];
  return user === undefined ? undefined : usedBy(user);
}

/** A Certificate of others from this ClusterIssuer of ours, as a clause. */
export async function findIssuerUser(
  context: RemovalContext,
  issuer: string,
): Promise<string | undefined> {
  const certificates = await findForeignCertificates(context);
  const user = certificates.find((object) => {
    const { issuerRef } = parseCertificate(object).spec;
    return issuerRef.name === issuer && issuerRef.kind === kinds.ClusterIssuer.kind;
  });
  return user === undefined ? undefined : usedBy(user);
}

/** Certificates that our Gateway does not own, or that its listeners have for others. */
export async function findForeignCertificates(
  context: RemovalContext,
): Promise<KubernetesObject[]> {
  const [all, { certificates }] = await Promise.all([
    context.world.kubernetes.list(kinds.Certificate),
    readGatewayUse(context),
  ]);
  return all.filter(
    (object) => !isOfGateway(context, object) || certificates.has(object.metadata.name),
  );
}

const usedBy = (object: KubernetesObject): string =>
  `kept: ${object.kind} ${nameOf(object)} uses it`;
