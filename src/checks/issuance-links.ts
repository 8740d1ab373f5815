import { findCondition, isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { ClusterIssuer } from "../facts/objects.ts";
import { explainAcmeWords, findRetryDate } from "./acme-words.ts";
import { CLUSTER_ISSUER, findAttempt, findGateway, findIssuerName, ISSUER } from "./attempt.ts";
import { judgeCertificate } from "./certificate-link.ts";
import {
  broken,
  describeCommand,
  firstTrouble,
  judgeSeen,
  nameObject,
  onItsWay,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeChallenge } from "./challenge-link.ts";
import { judgeDeletion, wordsOf } from "./conditions.ts";
import { hasHttpsListener } from "./gateway-links.ts";
import { attemptingOf, repairHint } from "./repair.ts";

/** From the issuer to the issued certificate. */
export const issuanceLinks: readonly Link[] = [
  {
    id: "issuer",
    title: "Issuer ready",
    why: "It holds the account at the CA; without it no certificate can be asked for.",
    after: ["cert-manager"],
    evaluate: judgeIssuer,
  },
  {
    id: "certificate-requested",
    title: "Certificate asked for",
    why: "cert-manager makes a Certificate for each HTTPS listener of an annotated Gateway.",
    after: ["issuer", "gateway"],
    unless: ["listener"],
    evaluate: (input) => judgeSeen(input.facts.certificates, () => judgeRequested(input)),
  },
  {
    id: "request",
    title: "CertificateRequest approved",
    why: "A request that is denied never becomes an order at the CA.",
    after: ["certificate-requested"],
    evaluate: (input) => judgeSeen(input.facts.requests, () => judgeRequest(input)),
  },
  {
    id: "order",
    title: "Order taken by the CA",
    why: "The CA refuses orders over its rate limits or for names that it never serves.",
    after: ["request"],
    unless: ["caa"],
    evaluate: (input) => judgeSeen(input.facts.orders, () => judgeOrder(input)),
  },
  {
    id: "challenge",
    title: "Challenge answered",
    why: "The CA asks http://HOST/.well-known/acme-challenge/ for a token before it issues.",
    after: ["order", "record", "http"],
    evaluate: (input) => judgeSeen(input.facts.challenges, () => judgeChallenge(input)),
  },
  {
    id: "certificate",
    title: "Certificate ready, renewal on schedule",
    why: "Browsers refuse an expired certificate.",
    after: ["challenge"],
    unless: ["caa"],
    evaluate: (input) => judgeSeen(input.facts.certificates, () => judgeCertificate(input)),
  },
];

function judgeIssuer(input: LinkInput): LinkVerdict {
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
      if (ready === undefined || !isCurrent(ready, live.metadata.generation))
        return onItsWay("cert-manager has not looked at the issuer yet", { object });
      const since = ready.lastTransitionTime;
      if (ready.status === "True") return { state: "ok", object, since };
      const { code, hint } = explainAcmeWords(wordsOf(ready), attemptingOf(input));
      const own = code === "GT-ACME-FAILED" ? "GT-ISSUER-NOT-READY" : code;
      const action = own === "GT-ISSUER-NOT-READY" ? describeCommand(object) : hint;
      return broken(own, wordsOf(ready), { object, since, hint: action });
    },
  );
}

function judgeRequested(input: LinkInput): LinkVerdict {
  const { target } = input;
  const { certificate } = findAttempt(input);
  if (certificate === undefined) return judgeAbsent(input);
  const object = nameObject("Certificate", certificate.metadata);
  const { dnsNames, issuerRef } = certificate.spec;
  const issuer = findIssuerName(input);
  return firstTrouble(
    () => judgeDeletion(certificate.metadata, object),
    () =>
      dnsNames.includes(target.hostname)
        ? undefined
        : broken(
            "GT-CERTIFICATE-NAMES",
            `The Certificate is for ${dnsNames.join(", ") || "no name"}, not for ${target.hostname}.`,
            {
              object,
              hint: `kubectl describe certificate ${certificate.metadata.name} --namespace ${target.gateway.namespace}`,
            },
          ),
    () =>
      issuer === undefined || issuerRef.name === issuer.name
        ? undefined
        : onItsWay(`the Certificate does not use ${issuer.name} yet`, { object }),
    () => ({ state: "ok", object }),
  );
}

/** gateway-shim's words stand in an event on the Gateway (reason BadConfig). */
function judgeAbsent(input: LinkInput): LinkVerdict {
  const { facts, target } = input;
  const object = nameObject("Gateway", { ...target.gateway });
  if (!hasHttpsListener(input))
    return onItsWay("it is asked for once the Gateway has an HTTPS listener for it", { object });
  const event = valueOf(facts.events)?.findLast(
    ({ reason, involvedObject: { kind, name, namespace } }) =>
      reason === "BadConfig" &&
      kind === "Gateway" &&
      name === target.gateway.name &&
      namespace === target.gateway.namespace,
  );
  if (event === undefined)
    return onItsWay("cert-manager has not made the Certificate yet", { object });
  const { name, namespace } = target.gateway;
  return broken("GT-GATEWAY-BAD-CONFIG", `cert-manager passes over the Gateway: ${event.message}`, {
    object,
    since: event.lastTimestamp,
    hint: `kubectl edit gateway ${name} --namespace ${namespace}`,
  });
}

function judgeRequest(input: LinkInput): LinkVerdict {
  const { open, request } = findAttempt(input);
  if (!open) return { state: "ok" };
  if (request === undefined) return { state: "ok", reason: "none is open" };
  const object = nameObject("CertificateRequest", request.metadata);
  for (const [type, code] of [
    ["Denied", "GT-REQUEST-DENIED"],
    ["InvalidRequest", "GT-REQUEST-INVALID"],
  ] as const) {
    const found = findCondition(request.status.conditions, type);
    if (found?.status !== "True") continue;
    return broken(code, wordsOf(found), {
      object,
      since: found.lastTransitionTime,
      hint: "Find the approver policy that refuses it: kubectl get certificaterequestpolicies",
    });
  }
  const approved = findCondition(request.status.conditions, "Approved");
  if (approved !== undefined) return { state: "ok", object };
  return onItsWay("the request waits for an approver", {
    object,
    since: request.metadata.creationTimestamp,
  });
}

function judgeOrder(input: LinkInput): LinkVerdict {
  const { open, order, challenge } = findAttempt(input);
  if (!open) return { state: "ok" };
  if (order === undefined) return { state: "ok", reason: "none is open" };
  const object = nameObject("Order", order.metadata);
  const { state, reason, failureTime } = order.status;
  // The CA's own words stand on the Challenge as long as there is one.
  const isToldDeeper = challenge !== undefined && challenge.status.reason !== "";
  if (!["invalid", "errored", "expired"].includes(state) || (isToldDeeper && reason === ""))
    return { state: "ok", object, reason: state || "being placed" };
  if (reason === "") return { state: "ok", object, reason: state };
  const { code, hint } = explainAcmeWords(reason, attemptingOf(input));
  const until = findRetryDate(reason);
  const meanwhile = input.survey.kept
    ? "; to try things out meanwhile: gateway-tls init --issuer staging"
    : ": until then the CA refuses every attempt.";
  const action = until === undefined ? hint : `Not before ${until}${meanwhile}`;
  return broken(code, `The CA refused the order: ${reason}`, {
    object,
    since: failureTime,
    hint: action,
  });
}
