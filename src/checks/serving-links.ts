import type { Fact } from "../facts/fact.ts";
import type { HttpAnswer } from "../ports/network.ts";
import { findAttempt } from "./attempt.ts";
import {
  broken,
  judgeSeen,
  nameObject,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { RERUN } from "./repair.ts";
import { judgeSecret } from "./secret-link.ts";
import { judgeServed } from "./served-certificate.ts";

/** Port 80, asked from here: before the challenge, which needs it. */
export const httpLink: Link = {
  id: "http",
  title: "Port 80 answers",
  why: "The CA asks on port 80, and browsers begin there.",
  after: ["record"],
  unless: ["listener", "backend"],
  evaluate: judgeHttp,
};

/** What stands in the Secret, and what is served. */
export const servingLinks: readonly Link[] = [
  {
    id: "secret",
    title: "Secret holds the certificate",
    why: "The gateway serves what stands in the Secret.",
    after: ["certificate"],
    evaluate: (input) => judgeSeen(input.facts.secrets, (secrets) => judgeSecret(input, secrets)),
  },
  {
    id: "served-certificate",
    title: "Certificate served",
    why: "It is what browsers see.",
    after: ["secret", "listener", "record"],
    evaluate: (input) => {
      const { served } = input.sight;
      return served.known ? judgeServed(input, served.value) : judgeNoHandshake(input, served);
    },
  },
];

function judgeHttp(input: LinkInput): LinkVerdict {
  const { sight, target } = input;
  if (!sight.http.known) {
    const unseen = judgeUnseen(input, sight.http);
    if (unseen !== undefined) return unseen;
    return broken("GT-HTTP-UNREACHABLE", sight.http.reason, {
      hint: "Open port 80 of the load balancer to the internet: its scheme, its security groups, and whatever filters this machine's connections.",
    });
  }
  const answer = sight.http.value;
  if (answer === undefined)
    return { state: "unknown", reason: `${target.hostname} has no address to ask.` };
  if (answer.status >= 500) {
    return broken("GT-BACKEND-FAILING", `http://${target.hostname}/ answers ${answer.status}.`, {
      hint: `kubectl get pods --namespace ${target.backends[0]?.namespace ?? "default"}`,
    });
  }
  return judgeRedirect(input, answer);
}

function judgeRedirect({ survey, target, ...input }: LinkInput, answer: HttpAnswer): LinkVerdict {
  const { certificate, open } = findAttempt({ survey, target, ...input });
  const { redirect, issuers } = survey.expected;
  const location = answer.headers["location"] ?? "";
  const redirects = answer.status >= 300 && answer.status < 400;
  const isDone = certificate?.spec.issuerRef.name !== issuers?.staging && !open;
  if (redirect === true && isDone && !redirects) {
    const reason = `http://${target.hostname}/ answers ${answer.status} and does not redirect to HTTPS.`;
    return risky("GT-REDIRECT-MISSING", reason, { hint: RERUN });
  }
  if (redirects && location.startsWith("http://")) {
    return risky(
      "GT-REDIRECT-ELSEWHERE",
      `http://${target.hostname}/ redirects to ${location}, without HTTPS.`,
      { hint: `curl -i http://${target.hostname}/` },
    );
  }
  return {
    state: "ok",
    reason: redirects ? `redirects to ${location}` : `answers ${answer.status}`,
  };
}

/** Port 80 has answered, or that link would have been told instead. */
function judgeNoHandshake(input: LinkInput, failure: Failure): LinkVerdict {
  const unseen = judgeUnseen(input, failure);
  if (unseen !== undefined) return unseen;
  return broken("GT-SERVED-UNREACHABLE", failure.reason, {
    object: nameObject("Gateway", { ...input.target.gateway }),
    hint: "Open port 443 of the load balancer: its listeners and its security groups.",
  });
}

type Failure = Extract<Fact<unknown>, { known: false }>;

/** From here it cannot be told: the load balancer is internal, or this machine has no way to it. */
function judgeUnseen({ survey }: LinkInput, { reason, error }: Failure): LinkVerdict | undefined {
  if (survey.expected.scheme === "internal") return { state: "unknown", reason };
  if (error.code !== "GT-PROBE-NO-ROUTE") return undefined;
  return {
    state: "unknown",
    code: error.code,
    reason,
    hint: "Run it on a machine that reaches the address: an IPv6 address needs IPv6.",
  };
}
