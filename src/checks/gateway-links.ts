import { findCondition, isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Gateway } from "../facts/objects.ts";
import { HTTP_LISTENER } from "../plan/names.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  onItsWay,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused, wordsOf } from "./conditions.ts";
import { judgeDeployment } from "./deployment.ts";
import { judgeBalancer } from "./load-balancer-link.ts";
import { includesHost } from "../facts/survey.ts";
import { listNames } from "./nearest.ts";
import { repairHint } from "./repair.ts";
import { findRoute } from "./route-links.ts";

/** The Gateway, its load balancer, and the host's listener. */
export const gatewayLinks: readonly Link[] = [
  {
    id: "gateway",
    title: "Gateway accepted",
    why: "Nothing is served for a Gateway that its controller refused.",
    after: ["gateway-class"],
    evaluate: (input) => judgeLive(input, (live) => judgeGateway(input, live)),
  },
  {
    id: "load-balancer",
    title: "Load balancer has an address",
    why: "The record of each host points at it.",
    after: ["gateway"],
    evaluate: (input) => judgeLive(input, (live) => judgeBalancer(input, live)),
  },
  {
    id: "listener",
    title: "Listeners of the host ready",
    why: "Port 80 answers the CA, and port 443 serves the certificate.",
    after: ["gateway"],
    evaluate: (input) => judgeLive(input, (live) => judgeListeners(input, live)),
  },
];

/** Behind port 80: init gives a host its HTTPS listener once port 80 has answered for it. */
export const httpsListenerLink: Link = {
  id: "https-listener",
  title: "HTTPS listener there",
  why: "cert-manager asks for a certificate for each HTTPS listener, and port 443 serves it there.",
  after: ["listener", "record", "http"],
  evaluate: (input) =>
    judgeLive(input, (live) =>
      isDeclared(input, live) ? { state: "ok" } : missingListener(input, live),
    ),
};

const isDeclared = ({ target }: LinkInput, live: Gateway): boolean =>
  live.spec.listeners.some(({ name }) => name === target.listener);

/** Whether the host's Gateway has it; where no Gateway is seen, that is told elsewhere. */
export function hasHttpsListener(input: LinkInput): boolean {
  const { namespace, name } = input.target.gateway;
  const live = valueOf(input.facts.gateways)?.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  return live === undefined || isDeclared(input, live);
}

function missingListener(input: LinkInput, live: Gateway): LinkVerdict {
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

/** The Gateway of the host, or that it is gone. */
function judgeLive(input: LinkInput, evaluate: (live: Gateway) => LinkVerdict): LinkVerdict {
  const { facts, target } = input;
  return judgeSeen(facts.gateways, (all) => {
    const { namespace, name } = target.gateway;
    const live = all.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const object = `Gateway ${namespace}/${name}`;
    return live === undefined
      ? broken("GT-GATEWAY-MISSING", `The Gateway ${namespace}/${name} is gone.`, {
          hint: repairHint(input, "kubectl get gateways --all-namespaces"),
          object,
        })
      : evaluate(live);
  });
}

function judgeGateway(input: LinkInput, live: Gateway): LinkVerdict {
  const object = nameObject("Gateway", live.metadata);
  const { conditions } = live.status;
  const { generation } = live.metadata;
  const accepted = findCondition(conditions, "Accepted");
  const programmed = findCondition(conditions, "Programmed");
  return firstTrouble(
    () => judgeDeletion(live.metadata, object),
    () => {
      const unseen = "the controller has not looked at the Gateway's last change yet";
      if (accepted === undefined || accepted.status === "Unknown")
        return onItsWay(unseen, { object, since: accepted?.lastTransitionTime });
      const old = [accepted, programmed].find(
        (one) => one !== undefined && !isCurrent(one, generation),
      );
      return old && onItsWay(unseen, { object, since: old.lastTransitionTime });
    },
    () =>
      accepted?.status === "False" ? refused("GT-GATEWAY-REFUSED", accepted, object) : undefined,
    () => judgeDataPlane(input, live),
    () => {
      if (programmed?.status !== "False") return undefined;
      // Without an address yet: the next link tells why.
      if (programmed.reason === "AddressNotAssigned" || programmed.reason === "Pending")
        return undefined;
      return refused("GT-GATEWAY-NOT-PROGRAMMED", programmed, object);
    },
    () => ({ state: "ok", object }),
  );
}

/** From NGF 2.0 each Gateway has a Deployment of its own. */
function judgeDataPlane(input: LinkInput, { metadata }: Gateway): LinkVerdict | undefined {
  const live = valueOf(input.facts.deployments)?.find(
    ({ metadata: one }) =>
      one.namespace === metadata.namespace &&
      one.labels?.["gateway.networking.k8s.io/gateway-name"] === metadata.name,
  );
  if (live === undefined) return undefined;
  const verdict = judgeDeployment(live, "The Gateway's data plane", input);
  return verdict.state === "ok" ? undefined : verdict;
}

function judgeListeners(input: LinkInput, live: Gateway): LinkVerdict {
  const { target } = input;
  const object = nameObject("Gateway", live.metadata);
  const { namespace, name } = target.gateway;
  const hint = repairHint(input, `kubectl edit gateway ${name} --namespace ${namespace}`);
  const declared = isDeclared(input, live);
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
    () => judgeListener(live, http?.name ?? HTTP_LISTENER, object),
    () => (declared || isOnHttp(input, http?.name) ? undefined : missingListener(input, live)),
    () => {
      if (!target.hostname.startsWith("*.")) return undefined;
      const reason = `${target.hostname} is a wildcard, and HTTP-01 never proves one.`;
      return broken("GT-LISTENER-WILDCARD", reason, {
        object,
        hint: "Give each host a listener of its own, or prove the wildcard by DNS-01.",
      });
    },
    () => (declared ? judgeListener(live, target.listener, object) : undefined),
    () => ({ state: "ok", object }),
  );
}

function judgeListener(live: Gateway, name: string, object: string): LinkVerdict | undefined {
  const status = live.status.listeners.find((one) => one.name === name);
  if (status === undefined)
    return onItsWay(`the controller has not looked at the listener ${name} yet`, { object });
  if (status.conditions.some((one) => !isCurrent(one, live.metadata.generation)))
    return onItsWay(`the controller has not looked at the listener ${name}'s last change yet`, {
      object,
    });
  const conflicted = findCondition(status, "Conflicted");
  if (conflicted?.status === "True") {
    const twins = findTwins(live, name);
    const verdict = refused("GT-LISTENER-CONFLICT", conflicted, object);
    const names = twins.length === 0 ? "" : `Listeners ${listNames([name, ...twins])}: `;
    return { ...verdict, reason: `${names}${verdict.reason ?? ""}` };
  }
  const refs = findCondition(status, "ResolvedRefs");
  if (refs?.status === "False" && refs.reason === "InvalidCertificateRef")
    return onItsWay(`expected until the first issuance: ${wordsOf(refs)}`, {
      object,
      since: refs.lastTransitionTime,
    });
  const bad = status.conditions.find(
    ({ type, status }) =>
      status === "False" && type !== "Conflicted" && type !== "OverlappingTLSConfig",
  );
  if (bad === undefined) return undefined;
  const verdict = refused("GT-LISTENER-REFUSED", bad, object);
  return { ...verdict, reason: `Listener ${name}: ${verdict.reason ?? ""}` };
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
