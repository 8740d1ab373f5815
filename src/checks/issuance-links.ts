import { findCondition } from "../facts/condition.ts";
import { explainAcmeWords } from "./acme-words.ts";
import { findAttempt } from "./attempt.ts";
import { judgeCertificate } from "./certificate-link.ts";
import {
  broken,
  judgeSeen,
  nameObject,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeChallenge } from "./challenge-link.ts";
import { wordsOf } from "./conditions.ts";
import { certManagerLogs } from "./controllers.ts";
import { judgeIssuer } from "./issuer-link.ts";
import { APPROVING_MS, waitAtMost } from "./patience.ts";
import { attemptingOf } from "./repair.ts";
import { judgeRequested } from "./requested-link.ts";

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
  const since = request.metadata.creationTimestamp;
  const wait = { reason: "the request waits for an approver", since, object };
  return waitAtMost(APPROVING_MS, input, wait, () =>
    broken(
      "GT-REQUEST-NOT-APPROVED",
      "No approver has taken the request: cert-manager's own is off or fails, and no other has.",
      { object, since, hint: certManagerLogs(input) },
    ),
  );
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
  return broken(code, `The CA refused the order: ${reason}`, { object, since: failureTime, hint });
}
