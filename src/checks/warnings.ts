import { valueOf } from "../facts/fact.ts";
import { findPartNamespaces } from "../facts/part-namespaces.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import type { Survey } from "../facts/survey.ts";
import { nameObject } from "./chain.ts";

/** A warning event, as it is shown. */
export interface ReviewedWarning {
  /** `Kind namespace/name`. */
  object: string;
  reason: string;
  message: string;
  /** How often it was seen. */
  count: number;
  /** ISO 8601. */
  lastSeen: string | null;
}

/** Kubernetes keeps events for an hour; the newest last. */
const MOST_WARNINGS = 20;

/**
 * Warnings about the objects of the chain, and about all that is in the namespaces of the Gateways
 * and of the parts; the newest last. Elsewhere a cluster always has some.
 */
export function listWarnings(survey: Survey, facts: StatusFacts): ReviewedWarning[] {
  const isOurs = createFilter(survey, facts);
  return (valueOf(facts.events) ?? [])
    .filter(({ type }) => type === "Warning")
    .map(({ involvedObject: { kind, name, namespace }, reason, message, count, ...times }) => ({
      namespace,
      warning: {
        object: nameObject(kind, { name, ...(namespace === undefined ? {} : { namespace }) }),
        reason,
        message,
        count: count ?? 1,
        lastSeen: times.lastTimestamp ?? times.eventTime ?? times.firstTimestamp ?? null,
      },
    }))
    .filter(({ namespace, warning }) => isOurs(warning.object, namespace))
    .map(({ warning }) => warning)
    .sort((a, b) => (a.lastSeen ?? "").localeCompare(b.lastSeen ?? ""))
    .slice(-MOST_WARNINGS);
}

function createFilter(survey: Survey, facts: StatusFacts) {
  const { gateways, serviceNamespaces, targets, gatewayClass } = survey;
  const places = new Set([
    ...gateways.map(({ namespace }) => namespace),
    ...serviceNamespaces,
    ...Object.values(findPartNamespaces(survey, facts.deployments)).flat(),
  ]);
  const objects = new Set([
    `GatewayClass ${gatewayClass}`,
    ...(valueOf(facts.issuers) ?? []).map(({ metadata }) => nameObject("ClusterIssuer", metadata)),
    ...targets.flatMap(({ route, backends }) => [
      ...(route === undefined ? [] : [nameObject("HTTPRoute", route)]),
      ...backends.map((backend) => nameObject("Service", backend)),
    ]),
  ]);
  return (object: string, namespace: string | undefined): boolean =>
    objects.has(object) || (namespace !== undefined && places.has(namespace));
}
