import { valueOf } from "../facts/fact.ts";
import type { HttpRoute } from "../facts/objects.ts";
import { findGateway } from "./attempt.ts";
import {
  firstTrouble,
  judgeSeen,
  nameObject,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { findExternalDns, judgeDeployment } from "./deployment.ts";
import { argumentsOf } from "./external-dns-arguments.ts";
import { judgeFilters } from "./external-dns-filters.ts";
import { judgeIdentity } from "./external-dns-identity.ts";
import { judgeRouteFilters } from "./external-dns-route-filters.ts";

/** ExternalDNS: that it runs, as whom, and for what. */
export const externalDnsLinks: readonly Link[] = [
  {
    id: "external-dns",
    title: "ExternalDNS running",
    why: "It writes the record of each host.",
    after: ["crds"],
    evaluate: (input) =>
      judgeSeen(input.facts.deployments, () => {
        const live = findExternalDns(input);
        return live === undefined && isWrittenByHand(input)
          ? { state: "ok", reason: "not installed; the record is there without it" }
          : judgeDeployment(live, "ExternalDNS", input);
      }),
  },
  {
    id: "external-dns-identity",
    title: "ExternalDNS has its AWS role",
    why: "Without it every round of ExternalDNS fails, and no record is written.",
    after: ["external-dns"],
    evaluate: judgeIdentity,
  },
  {
    id: "external-dns-scope",
    title: "ExternalDNS watches this host",
    why: "A route that its filters leave out gets no record, and nothing is logged.",
    after: ["external-dns"],
    evaluate: judgeScope,
  },
];

/** Somebody who set all up by hand may have made the record so too. */
function isWrittenByHand({ survey, facts, sight }: LinkInput): boolean {
  const addresses = valueOf(sight.answers)?.addresses ?? [];
  const balancers = Object.values(facts.balancers).flat();
  return !survey.kept && addresses.some((address) => balancers.includes(address));
}

function judgeScope(input: LinkInput): LinkVerdict {
  const { target } = input;
  const live = findExternalDns(input);
  if (live === undefined) return { state: "ok" };
  const args = argumentsOf(live);
  const about = { live, args, input };
  return firstTrouble(
    () => judgeFilters(about, findGateway(input)),
    () => {
      const route = findRoute(input);
      return route === undefined ? undefined : judgeRouteFilters(about, route);
    },
    () => ({
      state: "ok",
      object: nameObject("Deployment", live.metadata),
      reason: target.hostname,
    }),
  );
}

function findRoute({ facts, target }: LinkInput): HttpRoute | undefined {
  return valueOf(facts.routes)?.find(
    ({ metadata }) =>
      metadata.name === target.route?.name && metadata.namespace === target.route.namespace,
  );
}
