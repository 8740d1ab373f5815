import { valueOf, type Fact } from "../facts/fact.ts";
import type { Deployment } from "../facts/objects.ts";
import { findInjectedIdentity, type Pod } from "../facts/pods.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import { ROLE_ANNOTATION } from "../plan/identity.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { findExternalDns, isLivePodOf } from "./deployment.ts";
import { explainExternalDnsLog, lastRoundSucceeded } from "./external-dns-log.ts";
import { RERUN } from "./repair.ts";

/** Whether ExternalDNS has its role: by its own log, by what gives it the role, and by its pod. */
export function judgeIdentity(input: LinkInput): LinkVerdict {
  const live = findExternalDns(input);
  if (live === undefined) return { state: "ok" };
  const { facts, survey } = input;
  const lines = valueOf(facts.externalDnsLog) ?? [];
  const pods = valueOf(facts.pods)?.filter((pod) => isLivePodOf(pod, live.metadata)) ?? [];
  return firstTrouble(
    () => judgeLog(input, live, lines),
    () => judgeRoles(input, live, pods),
    () => judgeInjection(input, live, { pods, lines }),
    () => (lastRoundSucceeded(lines) ? undefined : judgeUnread(facts)),
    () => {
      const association = valueOf(facts.associations)?.[0];
      const { role } = survey.expected;
      return { state: "ok", reason: association?.roleArn ?? annotatedRole(facts, live) ?? role };
    },
  );
}

/** Without a round that did what it had to, all three have to be seen. */
function judgeUnread({
  externalDnsLog,
  serviceAccounts,
  pods,
}: StatusFacts): LinkVerdict | undefined {
  const all: readonly Fact<unknown>[] = [externalDnsLog, serviceAccounts, pods];
  const unread = all.find(({ known }) => !known);
  return unread && judgeSeen(unread, () => ({ state: "ok" }));
}

function judgeLog(
  { survey, facts }: LinkInput,
  live: Deployment,
  lines: readonly string[],
): LinkVerdict | undefined {
  const role =
    survey.expected.role ?? valueOf(facts.associations)?.[0]?.roleArn ?? annotatedRole(facts, live);
  const { name, namespace = "default" } = live.metadata;
  const source = { role, deployment: { name, namespace }, madeByHand: !survey.kept };
  const finding = explainExternalDnsLog(lines, source);
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

/** Role, association and annotation: one of them must name the role, and none another. */
function judgeRoles(
  { survey, facts }: LinkInput,
  live: Deployment,
  pods: readonly Pod[],
): LinkVerdict | undefined {
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
  if (role === undefined) return undefined;
  const used = association?.roleArn ?? annotated;
  if (used === undefined) {
    if (!facts.associations.known || !facts.serviceAccounts.known) return undefined;
    if (pods.some((pod) => findInjectedIdentity(pod) === "static")) return undefined;
    const reason = `Neither a Pod Identity association nor an annotation gives ExternalDNS the role ${role}.`;
    return broken("GT-EXTERNAL-DNS-ROLE", reason, { object, hint: RERUN });
  }
  if (used.split("/").at(-1) === role) return undefined;
  return broken("GT-EXTERNAL-DNS-ROLE", `ExternalDNS has the role ${used}, not ${role}.`, {
    object,
    hint: RERUN,
  });
}

/** A pod that was started before its identity took effect runs as its node. */
function judgeInjection(
  { survey }: LinkInput,
  live: Deployment,
  { pods, lines }: { pods: readonly Pod[]; lines: readonly string[] },
): LinkVerdict | undefined {
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
