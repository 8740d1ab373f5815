import { type Fact, known } from "../facts/fact.ts";
import { keysOfHost, keysOfRoute, Lookup } from "../facts/lookup.ts";
import type { CertificateRequest, Order } from "../facts/objects.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import type { Target } from "../facts/survey.ts";
import { CERTIFICATE_NAME } from "./issuance.ts";

interface Place {
  namespace?: string | undefined;
  name: string;
}

const keyOf = ({ namespace = "", name }: Place): string => `${namespace}/${name}`;

const keysOfAttempt = ({ metadata }: CertificateRequest | Order): string[] =>
  [metadata.annotations?.[CERTIFICATE_NAME] ?? []].flat();

/**
 * The facts as one host's links need them: of the kinds that every host has some of, only its own,
 * in their order. Otherwise a thousand hosts would each be looked for among those of all others.
 */
export function divideByHost(facts: StatusFacts): (target: Target) => StatusFacts {
  const certificates = lookUp(facts.certificates, ({ metadata, spec }) => [
    keyOf({ namespace: metadata.namespace, name: spec.secretName }),
  ]);
  const requests = lookUp(facts.requests, keysOfAttempt);
  const orders = lookUp(facts.orders, keysOfAttempt);
  const challenges = lookUp(facts.challenges, ({ spec }) => [spec.dnsName]);
  const secrets = lookUp(facts.secrets, ({ metadata }) => [keyOf(metadata)]);
  const routes = lookUp(facts.routes, (route) => [keyOf(route.metadata), ...keysOfRoute(route)]);
  return ({ hostname, gateway: { namespace }, secret, route }) => {
    const own = certificates([keyOf({ namespace, name: secret })]);
    const names = own.known ? own.value.map(({ metadata }) => metadata.name) : [];
    return {
      ...facts,
      certificates: own,
      requests: requests(names),
      orders: orders(names),
      challenges: challenges([hostname]),
      secrets: secrets([keyOf({ namespace, name: secret })]),
      routes: routes([...(route === undefined ? [] : [keyOf(route)]), ...keysOfHost(hostname)]),
    };
  };
}

function lookUp<T>(
  fact: Fact<T[]>,
  keysOf: (item: T) => readonly string[],
): (keys: readonly string[]) => Fact<T[]> {
  if (!fact.known) return () => fact;
  const lookup = new Lookup(fact.value, keysOf);
  return (keys) => known(lookup.pick(keys));
}
