import { findCondition, isCurrent } from "../facts/condition.ts";
import type { ClusterIssuer } from "../facts/objects.ts";
import { explainAcmeWords } from "./acme-words.ts";
import { CLUSTER_ISSUER, findGateway, findIssuerName, ISSUER } from "./attempt.ts";
import {
  broken,
  describeCommand,
  firstTrouble,
  judgeSeen,
  nameObject,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, wordsOf } from "./conditions.ts";
import { certManagerLogs } from "./controllers.ts";
import { awaitController } from "./patience.ts";
import { attemptingOf, repairHint } from "./repair.ts";

/** The issuer that the Gateway names: there, and ready. */
export function judgeIssuer(input: LinkInput): LinkVerdict {
  const gateway = findGateway(input);
  const annotations = gateway?.metadata.annotations ?? {};
  if (annotations[CLUSTER_ISSUER] !== undefined && annotations[ISSUER] !== undefined) {
    const object = nameObject("Gateway", { ...input.target.gateway });
    return broken(
      "GT-ISSUER-TWO-ANNOTATIONS",
      `The Gateway names two issuers: ${annotations[CLUSTER_ISSUER]} and ${annotations[ISSUER]}; cert-manager takes neither.`,
      {
        object,
        hint: `kubectl annotate gateway ${input.target.gateway.name} --namespace ${input.target.gateway.namespace} ${ISSUER}-`,
      },
    );
  }
  const found = findIssuerName(input);
  if (found?.external === true) {
    return { state: "ok", reason: `${found.kind} ${found.name}, of another project: not judged` };
  }
  const name = found?.name ?? input.survey.expected.issuers?.staging;
  if (name === undefined) {
    return broken("GT-ISSUER-UNNAMED", `The Gateway does not say who issues its certificates.`, {
      object: nameObject("Gateway", { ...input.target.gateway }),
      hint: `kubectl annotate gateway ${input.target.gateway.name} --namespace ${input.target.gateway.namespace} ${CLUSTER_ISSUER}=ISSUER`,
    });
  }
  if (found?.kind === "Issuer") return judgeLocalIssuer(input, name);
  return judgeSeen(input.facts.issuers, (issuers) => {
    const object = `ClusterIssuer ${name}`;
    const live = issuers.find(({ metadata }) => metadata.name === name);
    if (live !== undefined) return judgeLiveIssuer(input, live, object);
    return broken("GT-ISSUER-MISSING", `There is no ${object}.`, {
      object,
      hint: repairHint(input, "kubectl get clusterissuers"),
    });
  });
}

/** cert-manager takes an Issuer of the Gateway's own namespace only. */
function judgeLocalIssuer(input: LinkInput, name: string): LinkVerdict {
  const { namespace } = input.target.gateway;
  return judgeSeen(input.facts.localIssuers, (issuers) => {
    const object = `Issuer ${namespace}/${name}`;
    const live = issuers.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    if (live !== undefined) return judgeLiveIssuer(input, live, object);
    const reason = `The namespace ${namespace} of the Gateway has no Issuer ${name}.`;
    const hint = `kubectl get issuers --namespace ${namespace}`;
    return broken("GT-ISSUER-MISSING", reason, { object, hint });
  });
}

function judgeLiveIssuer(input: LinkInput, live: ClusterIssuer, object: string): LinkVerdict {
  const ready = findCondition(live.status, "Ready");
  return firstTrouble(
    () => judgeDeletion(live.metadata, object),
    () => {
      if (ready === undefined || !isCurrent(ready, live.metadata.generation)) {
        const { changedAt, creationTimestamp } = live.metadata;
        const since = changedAt ?? (ready === undefined ? creationTimestamp : undefined);
        const reason = "cert-manager has not looked at the issuer yet";
        return awaitController(input, { reason, since, object }, certManagerLogs(input));
      }
      const since = ready.lastTransitionTime;
      if (ready.status === "True") return { state: "ok", object, since };
      const { code, hint } = explainAcmeWords(wordsOf(ready), attemptingOf(input));
      const own = code === "GT-ACME-FAILED" ? "GT-ISSUER-NOT-READY" : code;
      const action = own === "GT-ISSUER-NOT-READY" ? describeCommand(object) : hint;
      return broken(own, wordsOf(ready), { object, since, hint: action });
    },
  );
}
