import { findCondition, isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type {
  Certificate,
  CertificateRequest,
  Challenge,
  Gateway,
  Order,
} from "../facts/objects.ts";
import type { LinkInput } from "./chain.ts";
import { isBackingOff, newestOf } from "./issuance.ts";
import { toSeconds } from "./moment.ts";

/** What cert-manager has about one host's newest attempt. */
export interface Attempt {
  certificate: Certificate | undefined;
  /** Something is being issued, or was refused: there is more to say than "ready". */
  open: boolean;
  request: CertificateRequest | undefined;
  order: Order | undefined;
  challenge: Challenge | undefined;
}

/**
 * The Certificate is that of the Secret which the listener names, the rest is what was made for it.
 */
export function findAttempt({ facts, target }: LinkInput): Attempt {
  const certificate = valueOf(facts.certificates)?.find(
    ({ metadata, spec }) =>
      spec.secretName === target.secret && metadata.namespace === target.gateway.namespace,
  );
  if (certificate === undefined) {
    return { certificate, open: true, request: undefined, order: undefined, challenge: undefined };
  }
  const order = newestOf(valueOf(facts.orders) ?? [], certificate);
  const challenges = (valueOf(facts.challenges) ?? []).filter(
    ({ spec, metadata }) =>
      spec.dnsName === target.hostname && metadata.namespace === target.gateway.namespace,
  );
  const own = challenges.filter(({ metadata }) =>
    metadata.ownerReferences?.some(
      ({ kind, name }) => kind === "Order" && name === order?.metadata.name,
    ),
  );
  return {
    certificate,
    open: isOpen(certificate),
    request: newestOf(valueOf(facts.requests) ?? [], certificate),
    order,
    challenge: order === undefined ? challenges[0] : own[0],
  };
}

function isOpen(certificate: Certificate): boolean {
  const { conditions } = certificate.status;
  const ready = findCondition(conditions, "Ready");
  const issuing = findCondition(conditions, "Issuing");
  const isReady = ready?.status === "True" && isCurrent(ready, certificate.metadata.generation);
  return !isReady || issuing?.status === "True" || isBackingOff(certificate);
}

/**
 * On a Gateway: which issuer its certificates are from (cert-manager,
 * pkg/apis/certmanager/v1/types.go).
 */
export const CLUSTER_ISSUER = "cert-manager.io/cluster-issuer";
export const ISSUER = "cert-manager.io/issuer";
const ISSUER_KIND = "cert-manager.io/issuer-kind";
const ISSUER_GROUP = "cert-manager.io/issuer-group";

/** The Gateway of the host. */
export function findGateway({ facts, target }: LinkInput): Gateway | undefined {
  return valueOf(facts.gateways)?.find(
    ({ metadata }) =>
      metadata.name === target.gateway.name && metadata.namespace === target.gateway.namespace,
  );
}

/** Who is to issue. */
export interface IssuerRef {
  kind: string;
  name: string;
  /** Of a project beside cert-manager, which has a controller of its own. */
  external: boolean;
}

/** As the Gateway says, else as the Certificate does (certificate-shim, issuerForIngressLike). */
export function findIssuerName(input: LinkInput): IssuerRef | undefined {
  const annotations = findGateway(input)?.metadata.annotations ?? {};
  const cluster = annotations[CLUSTER_ISSUER];
  const name = cluster ?? annotations[ISSUER];
  if (name !== undefined) {
    const kind = cluster === undefined ? "Issuer" : "ClusterIssuer";
    return describeIssuer(name, annotations[ISSUER_KIND] ?? kind, annotations[ISSUER_GROUP]);
  }
  const ref = findAttempt(input).certificate?.spec.issuerRef;
  return ref && describeIssuer(ref.name, ref.kind ?? "Issuer", ref.group);
}

function describeIssuer(name: string, kind: string, group = ""): IssuerRef {
  const isOwnGroup = group === "" || group === "cert-manager.io";
  return { kind, name, external: !isOwnGroup || !["Issuer", "ClusterIssuer"].includes(kind) };
}

/** When cert-manager tries again: one hour after the first failure, doubled each time, at most 32. */
export function findNextAttempt({
  status,
}: Certificate): { at: string; number: number } | undefined {
  const { lastFailureTime, failedIssuanceAttempts = 1 } = status;
  if (lastFailureTime === undefined) return undefined;
  const hours = Math.min(2 ** (failedIssuanceAttempts - 1), 32);
  const at = new Date(Date.parse(lastFailureTime) + hours * 3_600_000);
  if (Number.isNaN(at.getTime())) return undefined;
  return { at: toSeconds(at.toISOString()), number: failedIssuanceAttempts + 1 };
}
