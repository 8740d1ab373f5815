import { findCondition, isCurrent, type Condition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Gateway } from "../facts/objects.ts";
import { includesHost } from "../facts/survey.ts";
import { listNames } from "../nearest.ts";
import { HTTP_LISTENER } from "../plan/names.ts";
import { findAttempt, findGateway } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  nameObject,
  onItsWay,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { refused, wordsOf } from "./conditions.ts";
import { gatewayLogs } from "./controllers.ts";
import { awaitController, isLate, latestOf, TAKING_UP_MS } from "./patience.ts";
import { repairHint } from "./repair.ts";
import { findRoute } from "./route-links.ts";

/** Whether the Gateway has the host's HTTPS listener. */
export const hasListener = ({ target }: LinkInput, live: Gateway): boolean =>
  live.spec.listeners.some(({ name }) => name === target.listener);

/** Whether the host's Gateway has it; where no Gateway is seen, that is told elsewhere. */
export function hasHttpsListener(input: LinkInput): boolean {
  const live = findGateway(input);
  return live === undefined || hasListener(input, live);
}

/** `GT-LISTENER-MISSING`: the Gateway is there, and the host's HTTPS listener is not. */
export function missingListener(input: LinkInput, live: Gateway): LinkVerdict {
  const { namespace, name } = live.metadata;
  const reason = `The Gateway has no listener for ${input.target.hostname}.`;
  return broken("GT-LISTENER-MISSING", reason, {
    object: nameObject("Gateway", live.metadata),
    hint: repairHint(input, `kubectl edit gateway ${name} --namespace ${namespace ?? "default"}`),
  });
}

/** Whether the host's route hangs on port 80, as it does until its HTTPS listener is there. */
function isOnHttp(input: LinkInput, listener: string | undefined): boolean {
  const route = findRoute(input, valueOf(input.facts.routes) ?? []);
  return (
    route?.spec.parentRefs.some(
      ({ sectionName }) => sectionName === undefined || sectionName === listener,
    ) === true
  );
}

/** Port 80 for the host, and its own listener where it has one. */
export function judgeListeners(input: LinkInput, live: Gateway): LinkVerdict {
  const { target } = input;
  const object = nameObject("Gateway", live.metadata);
  const { namespace, name } = target.gateway;
  const hint = repairHint(input, `kubectl edit gateway ${name} --namespace ${namespace}`);
  const declared = hasListener(input, live);
  const http = live.spec.listeners.find(
    ({ port, protocol, hostname }) =>
      port === 80 &&
      protocol === "HTTP" &&
      (hostname === undefined || includesHost(hostname, target.hostname)),
  );
  return firstTrouble(
    () => {
      if (http !== undefined) return undefined;
      const reason = `The Gateway has no listener on port 80 for ${target.hostname}: the CA's question cannot be answered.`;
      return broken("GT-HTTP-LISTENER-MISSING", reason, { object, hint });
    },
    () => judgeListener(input, live, http?.name ?? HTTP_LISTENER),
    () => (declared || isOnHttp(input, http?.name) ? undefined : missingListener(input, live)),
    () => {
      if (!target.hostname.startsWith("*.")) return undefined;
      const reason = `${target.hostname} is a wildcard, and HTTP-01 never proves one.`;
      return broken("GT-LISTENER-WILDCARD", reason, {
        object,
        hint: "Give each host a listener of its own, or prove the wildcard by DNS-01.",
      });
    },
    () => (declared ? judgeListener(input, live, target.listener) : undefined),
    () => ({ state: "ok", object }),
  );
}

function judgeListener(input: LinkInput, live: Gateway, name: string): LinkVerdict | undefined {
  const object = nameObject("Gateway", live.metadata);
  const status = live.status.listeners.find((one) => one.name === name);
  const isOld = status?.conditions.some((one) => !isCurrent(one, live.metadata.generation));
  if (status === undefined || isOld === true) {
    const what = status === undefined ? name : `${name}'s last change`;
    const reason = `the controller has not looked at the listener ${what} yet`;
    const wait = { reason, since: live.metadata.changedAt, object };
    return awaitController(input, wait, gatewayLogs(input, object));
  }
  const conflicted = findCondition(status, "Conflicted");
  if (conflicted?.status === "True") {
    const twins = findTwins(live, name);
    const verdict = refused("GT-LISTENER-CONFLICT", conflicted, object);
    const names = twins.length === 0 ? "" : `Listeners ${listNames([name, ...twins])}: `;
    return { ...verdict, reason: `${names}${verdict.reason ?? ""}` };
  }
  const refs = findCondition(status, "ResolvedRefs");
  if (refs?.status === "False" && refs.reason === "InvalidCertificateRef") {
    const waiting = awaitCertificate(input, refs, object);
    if (waiting !== undefined) return waiting;
  }
  const bad = [refs, ...status.conditions].find(
    (one) =>
      one?.status === "False" && one.type !== "Conflicted" && one.type !== "OverlappingTLSConfig",
  );
  if (bad === undefined) return undefined;
  const verdict = refused("GT-LISTENER-REFUSED", bad, object);
  return { ...verdict, reason: `Listener ${name}: ${verdict.reason ?? ""}` };
}

/** A listener is refused until its Secret is there; `undefined` once it has long been. */
function awaitCertificate(
  input: LinkInput,
  refs: Condition,
  object: string,
): LinkVerdict | undefined {
  const since = refs.lastTransitionTime;
  const { certificate } = findAttempt(input);
  const ready = findCondition(certificate?.status.conditions ?? [], "Ready");
  if (ready?.status !== "True")
    return onItsWay(`expected until the first issuance: ${wordsOf(refs)}`, { object, since });
  const { gateway, secret } = input.target;
  const isGone = valueOf(input.facts.secrets)?.every(
    ({ metadata }) => metadata.name !== secret || metadata.namespace !== gateway.namespace,
  );
  if (isGone === true)
    return onItsWay(`expected until it is issued anew: ${wordsOf(refs)}`, { object, since });
  const both = latestOf(since, ready.lastTransitionTime);
  if (isLate(input.facts.now, both, TAKING_UP_MS)) return undefined;
  return onItsWay(`the controller has not taken the certificate up yet: ${wordsOf(refs)}`, {
    object,
    since: both,
  });
}

/** Others on the same port with the same hostname, or another protocol. */
function findTwins({ spec }: Gateway, name: string): string[] {
  const own = spec.listeners.find((one) => one.name === name);
  return spec.listeners
    .filter(
      (one) =>
        one.name !== name &&
        one.port === own?.port &&
        (one.hostname === own?.hostname || one.protocol !== own?.protocol),
    )
    .map((one) => one.name);
}
