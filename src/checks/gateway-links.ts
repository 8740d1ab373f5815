import { findCondition, isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Gateway } from "../facts/objects.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused } from "./conditions.ts";
import { gatewayLogs } from "./controllers.ts";
import { judgeDeployment } from "./deployment.ts";
import { hasListener, judgeListeners, missingListener } from "./listener-link.ts";
import { judgeBalancer } from "./load-balancer-link.ts";
import { awaitController } from "./patience.ts";
import { repairHint } from "./repair.ts";

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
      hasListener(input, live) ? { state: "ok" } : missingListener(input, live),
    ),
};

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
      const isNew = accepted === undefined || accepted.status === "Unknown";
      const isOld = [accepted, programmed].some(
        (one) => one !== undefined && !isCurrent(one, generation),
      );
      if (!isNew && !isOld) return undefined;
      const { changedAt, creationTimestamp } = live.metadata;
      const reason = "the controller has not looked at the Gateway's last change yet";
      const since = changedAt ?? (isNew ? creationTimestamp : undefined);
      return awaitController(input, { reason, since, object }, gatewayLogs(input, object));
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
