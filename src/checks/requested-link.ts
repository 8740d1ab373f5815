import { valueOf } from "../facts/fact.ts";
import type { Event } from "../facts/objects.ts";
import { findAttempt, findGateway, findIssuerName } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  nameObject,
  onItsWay,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion } from "./conditions.ts";
import { certManagerLogs } from "./controllers.ts";
import { hasHttpsListener } from "./listener-link.ts";
import { awaitController, latestOf } from "./patience.ts";

/** The Certificate of the host: made, for this name, from this issuer. */
export function judgeRequested(input: LinkInput): LinkVerdict {
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
        : awaitController(
            input,
            {
              reason: `cert-manager has not let the Certificate use ${issuer.name} yet`,
              since: findGateway(input)?.metadata.changedAt,
              object,
            },
            certManagerLogs(input),
          ),
    () => ({ state: "ok", object }),
  );
}

/** gateway-shim's words stand in an event on the Gateway (reason BadConfig). */
function judgeAbsent(input: LinkInput): LinkVerdict {
  const { facts, target } = input;
  const object = nameObject("Gateway", { ...target.gateway });
  if (!hasHttpsListener(input))
    return onItsWay("it is asked for once the Gateway has an HTTPS listener for it", { object });
  const event = valueOf(facts.events)?.findLast((one) => isBadConfigOf(input, one));
  const { name, namespace } = target.gateway;
  if (event !== undefined) {
    const reason = `cert-manager passes over the Gateway: ${event.message}`;
    return broken("GT-GATEWAY-BAD-CONFIG", reason, {
      object,
      since: event.lastTimestamp,
      hint: `kubectl edit gateway ${name} --namespace ${namespace}`,
    });
  }
  const reason = "cert-manager has not made the Certificate yet";
  const wait = { reason, since: findListenerStart(input), object };
  const verdict = awaitController(input, wait, certManagerLogs(input));
  if (facts.events.known) return verdict;
  const seen = verdict.reason ?? reason;
  const told = /[.]$/.test(seen) ? seen : `${seen};`;
  return { ...verdict, reason: `${told} its events could not be read: ${facts.events.reason}` };
}

/** About the Gateway as a whole, or about the host's own listener, by its place in the spec. */
function isBadConfigOf(input: LinkInput, { reason, message, involvedObject: about }: Event) {
  const { gateway, listener } = input.target;
  if (reason !== "BadConfig" || about.kind !== "Gateway") return false;
  if (about.name !== gateway.name || about.namespace !== gateway.namespace) return false;
  const place = /spec\.listeners\[(\d+)\]/.exec(message)?.[1];
  if (place === undefined) return true;
  return findGateway(input)?.spec.listeners[Number(place)]?.name === listener;
}

/** Since when the listener has been there: since the Gateway's last change at the latest. */
function findListenerStart(input: LinkInput): string | undefined {
  const live = findGateway(input);
  const own = live?.status.listeners.find(({ name }) => name === input.target.listener);
  const seen = own?.conditions.map(({ lastTransitionTime }) => lastTransitionTime) ?? [];
  return live?.metadata.changedAt ?? latestOf(...seen);
}
