import { parseCertificate, parseGateway } from "../../facts/objects.ts";
import { isOurs } from "../../facts/ownership.ts";
import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { isOfGateway } from "../gateway.ts";
import { nameOf, type RemovalContext } from "./removal.ts";

/** A Gateway of others that our controller serves, as a clause. */
export async function findControllerUser(context: RemovalContext): Promise<string | undefined> {
  const { plan, world } = context;
  const gateways = await world.kubernetes.list(kinds.Gateway);
  const user = gateways.find(
    (gateway) =>
      !isOurs(gateway.metadata.labels) &&
      parseGateway(gateway).spec.gatewayClassName === plan.names.gatewayClass,
  );
  return user === undefined ? undefined : usedBy(user);
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

/** Certificates that our Gateway does not own. */
export async function findForeignCertificates(
  context: RemovalContext,
): Promise<KubernetesObject[]> {
  const all = await context.world.kubernetes.list(kinds.Certificate);
  return all.filter((object) => !isOfGateway(context, object));
}

const usedBy = (object: KubernetesObject): string =>
  `kept: ${object.kind} ${nameOf(object)} uses it`;
