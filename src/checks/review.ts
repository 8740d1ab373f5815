import type { Condition } from "../facts/condition.ts";
import { valueOf, type Fact } from "../facts/fact.ts";
import type { Certificate, Gateway, HttpRoute } from "../facts/objects.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import type { Survey } from "../facts/survey.ts";
import type { TlsSecret } from "../facts/tls-secrets.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import { nameObject } from "./chain.ts";

/** In its controller's words. */
export interface ReviewedCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  /** ISO 8601. */
  since: string | null;
}

/** One object as it is shown. */
export interface ReviewedObject {
  /** `Kind namespace/name`. */
  object: string;
  /** ISO 8601. */
  createdAt: string | null;
  /** What it says beside its conditions: `state pending: ...`. */
  note: string | null;
  conditions: ReviewedCondition[];
  /** Of a Gateway: each has conditions of its own. */
  listeners: { listener: string; conditions: ReviewedCondition[] }[];
}

interface Shown {
  metadata: ObjectMeta;
  note?: string;
  conditions?: readonly Condition[];
  listeners?: readonly { name: string; conditions: readonly Condition[] }[];
}

/** The objects that one looks at by hand, in that order: from the issuer to the routes. */
export function listReviewed(survey: Survey, facts: StatusFacts): ReviewedObject[] {
  const is = filtersOf(survey);
  return [
    ...show("ClusterIssuer", facts.issuers, withConditions),
    ...show("Issuer", facts.localIssuers, withConditions, is.inPlace),
    ...show("Gateway", facts.gateways, readGateway, is.gateway),
    ...show("CertificateRequest", facts.requests, withConditions, is.inPlace),
    ...show("Certificate", facts.certificates, readCertificate, is.inPlace),
    ...show("Secret", facts.secrets, readSecret, is.secret),
    ...show("Order", facts.orders, withState, is.inPlace),
    ...show("Challenge", facts.challenges, withState, is.inPlace),
    ...show("HTTPRoute", facts.routes, readRoute, is.route),
  ];
}

type Filter = (shown: Shown) => boolean;

/** What belongs to the surveyed Gateways and hosts. */
function filtersOf({
  gateways,
  targets,
}: Survey): Record<"inPlace" | "gateway" | "secret" | "route", Filter> {
  const at = new Set(gateways.map(({ namespace }) => namespace));
  const secrets = new Set(targets.map(({ secret }) => secret));
  const routes = new Set(targets.flatMap(({ route }) => (route ? [placeOf(route)] : [])));
  const inPlace: Filter = ({ metadata }) => at.has(metadata.namespace ?? "");
  return {
    inPlace,
    gateway: ({ metadata }) => gateways.some((one) => placeOf(one) === placeOf(metadata)),
    secret: (shown) => secrets.has(shown.metadata.name) && inPlace(shown),
    route: ({ metadata }) =>
      routes.has(placeOf(metadata).replace(/-redirect$/, "")) || routes.has(placeOf(metadata)),
  };
}

const placeOf = ({ namespace = "", name }: { namespace?: string; name: string }) =>
  `${namespace}/${name}`;

function withConditions(object: {
  metadata: ObjectMeta;
  status: { conditions: Condition[] };
}): Shown {
  return { metadata: object.metadata, conditions: object.status.conditions };
}

function readGateway({ metadata, status: { addresses, conditions, listeners } }: Gateway): Shown {
  const values = addresses.map(({ value }) => value).join(", ");
  return {
    metadata,
    note: values || "no address yet",
    conditions,
    listeners,
  };
}

function readCertificate({ metadata, status }: Certificate): Shown {
  const { conditions, notAfter } = status;
  return {
    metadata,
    conditions,
    ...(notAfter === undefined ? {} : { note: `expires ${notAfter}` }),
  };
}

function readSecret({ metadata, certificate }: TlsSecret): Shown {
  return {
    metadata,
    ...(certificate === undefined ? {} : { note: `certificate until ${certificate.notAfter}` }),
  };
}

function readRoute({ metadata, status }: HttpRoute): Shown {
  return { metadata, conditions: status.parents.flatMap(({ conditions }) => conditions) };
}

function withState({
  metadata,
  status: { state, reason },
}: {
  metadata: ObjectMeta;
  status: { state: string; reason: string };
}): Shown {
  return {
    metadata,
    note: [`state ${state || "new"}`, reason].filter((text) => text !== "").join(": "),
  };
}

function show<T extends { metadata: ObjectMeta }>(
  kind: string,
  fact: Fact<T[]>,
  read: (object: T) => Shown,
  filter: (shown: Shown) => boolean = () => true,
): ReviewedObject[] {
  return (valueOf(fact) ?? [])
    .map(read)
    .filter(filter)
    .map(({ metadata, note, conditions = [], listeners = [] }) => ({
      object: nameObject(kind, metadata),
      createdAt: metadata.creationTimestamp ?? null,
      note: note === undefined || note === "" ? null : note,
      conditions: conditions.map(toReviewed),
      listeners: listeners.map((one) => ({
        listener: one.name,
        conditions: one.conditions.map(toReviewed),
      })),
    }));
}

function toReviewed({ type, status, reason, message, lastTransitionTime }: Condition) {
  return { type, status, reason, message, since: lastTransitionTime ?? null };
}
