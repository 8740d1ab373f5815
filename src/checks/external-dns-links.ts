import { valueOf } from "../facts/fact.ts";
import type { Deployment, Gateway, HttpRoute } from "../facts/objects.ts";
import { findInjectedIdentity } from "../facts/pods.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { findExternalDns, isPodOf, judgeDeployment } from "./deployment.ts";
import { argumentsOf, judgeFilters, judgeRouteFilters } from "./external-dns-filters.ts";
import { RERUN } from "./repair.ts";
import { explainExternalDnsLog, lastRoundSucceeded } from "./external-dns-log.ts";

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

const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

function judgeIdentity(input: LinkInput): LinkVerdict {
  const { facts, survey } = input;
  const live = findExternalDns(input);
  if (live === undefined) return { state: "ok" };
  const lines = valueOf(facts.externalDnsLog) ?? [];
  return firstTrouble(
    () => judgeLog(input, live, lines),
    () => judgeRoles(input, live),
    () => judgeInjection(input, live, lines),
    () => {
      const association = valueOf(facts.associations)?.[0];
      const { role } = survey.expected;
      return { state: "ok", reason: association?.roleArn ?? annotatedRole(facts, live) ?? role };
    },
  );
}

function judgeLog(
  { survey, facts }: LinkInput,
  live: Deployment,
  lines: readonly string[],
): LinkVerdict | undefined {
  const role =
    survey.expected.role ?? valueOf(facts.associations)?.[0]?.roleArn ?? annotatedRole(facts, live);
  const { name, namespace = "default" } = live.metadata;
  const finding = explainExternalDnsLog(lines, { role, deployment: { name, namespace } });
  if (finding === undefined) return undefined;
  const object = nameObject("Deployment", live.metadata);
  return broken(finding.code, finding.message, { object, hint: finding.hint });
}

function annotatedRole({ serviceAccounts }: StatusFacts, live: Deployment): string | undefined {
  const name = live.spec.template.spec.serviceAccountName ?? "default";
  return valueOf(serviceAccounts)?.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === live.metadata.namespace,
  )?.metadata.annotations?.[ROLE_ANNOTATION];
}

/** Role, association and annotation: they must not name different roles. */
function judgeRoles({ survey, facts }: LinkInput, live: Deployment): LinkVerdict | undefined {
  const annotated = annotatedRole(facts, live);
  const association = valueOf(facts.associations)?.[0];
  const { role, serviceAccount = "external-dns" } = survey.expected;
  const { namespace = "external-dns" } = live.metadata;
  const object = `ServiceAccount ${namespace}/${serviceAccount}`;
  if (association !== undefined && annotated !== undefined && association.roleArn !== annotated) {
    return risky(
      "GT-EXTERNAL-DNS-TWO-ROLES",
      `The ServiceAccount is annotated with ${annotated} and associated with ${association.roleArn}.`,
      {
        object,
        hint: `kubectl annotate serviceaccount ${serviceAccount} --namespace ${namespace} ${ROLE_ANNOTATION}-`,
      },
    );
  }
  const used = association?.roleArn ?? annotated;
  if (role === undefined || used === undefined || used.split("/").at(-1) === role) return undefined;
  return broken("GT-EXTERNAL-DNS-ROLE", `ExternalDNS has the role ${used}, not ${role}.`, {
    object,
    hint: RERUN,
  });
}

/** A pod that was started before its identity took effect runs as its node. */
function judgeInjection(
  { facts, survey }: LinkInput,
  live: Deployment,
  lines: readonly string[],
): LinkVerdict | undefined {
  const pods = (valueOf(facts.pods) ?? []).filter(({ metadata }) =>
    isPodOf(metadata, live.metadata),
  );
  const bare = pods.find((pod) => findInjectedIdentity(pod) === undefined);
  if (bare === undefined || (!survey.kept && lastRoundSucceeded(lines))) return undefined;
  const { name, namespace = "external-dns" } = live.metadata;
  const verdict = broken(
    "GT-EXTERNAL-DNS-IDENTITY",
    "ExternalDNS's pod was started without an identity of its own: it runs as its node.",
    {
      object: nameObject("Pod", bare.metadata),
      since: bare.metadata.creationTimestamp,
      hint: `kubectl rollout restart deployment ${name} --namespace ${namespace}`,
    },
  );
  return survey.kept ? verdict : { ...verdict, state: "warning" };
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

function findGateway({ facts, target }: LinkInput): Gateway | undefined {
  return valueOf(facts.gateways)?.find(
    ({ metadata }) =>
      metadata.name === target.gateway.name && metadata.namespace === target.gateway.namespace,
  );
}

function findRoute({ facts, target }: LinkInput): HttpRoute | undefined {
  return valueOf(facts.routes)?.find(
    ({ metadata }) =>
      metadata.name === target.route?.name && metadata.namespace === target.route.namespace,
  );
}
