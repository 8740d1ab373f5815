import { findCondition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import { LOAD_BALANCER_CONTROLLER } from "../facts/load-balancer.ts";
import type { Event, Gateway, Service } from "../facts/objects.ts";
import { judgeDeletion } from "./conditions.ts";
import { findDeployments } from "./deployment.ts";
import { adviseOnBalancer, isPrivateAddress, REMAKE_BALANCER } from "./load-balancer-words.ts";
import {
  broken,
  describeCommand,
  judgeSeen,
  nameObject,
  onItsWay,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";

/** How long a network load balancer takes to be made, with room. */
const MAKING_MS = 300_000;
/** As the charts of NGF 2.x and 1.x label it. */
const CONTROLLERS = ["nginx-gateway-fabric", "nginx-gateway"];
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const TYPE = "service.beta.kubernetes.io/aws-load-balancer-type";

/** The Gateway's address, or why its Service has none. */
export function judgeBalancer(input: LinkInput, live: Gateway): LinkVerdict {
  const object = nameObject("Gateway", live.metadata);
  const service = findService(input, live);
  const { addresses } = live.status;
  const address = addresses[0]?.value;
  const event = service && findEvent(input, service);
  const leaving =
    service && judgeDeletion(service.metadata, nameObject("Service", service.metadata));
  if (leaving !== undefined) return leaving;
  if (address === undefined || (service !== undefined && isWithoutBalancer(service))) {
    return explainMissing(input, { live, service, event });
  }
  const bad = judgeName(input, { live, service, address }) ?? judgeScheme(input, service, address);
  if (bad !== undefined) return bad;
  if (service !== undefined && event !== undefined) {
    return risky("GT-LOAD-BALANCER-EVENTS", wordsOfEvent(event), {
      object: nameObject("Service", service.metadata),
      since: beginningOf(event),
      hint: "Put right what it names before the next change of the load balancer: subnet tags, quotas, permissions.",
    });
  }
  return { state: "ok", object, reason: address };
}

/** NGF gives a Gateway's Service the name of the Gateway and its class; 1.x has one for all. */
export function findService(
  { facts, survey }: LinkInput,
  { metadata }: Gateway,
): Service | undefined {
  const balancers = (valueOf(facts.services) ?? []).filter(
    ({ spec, metadata: { namespace = "" } }) =>
      spec.type === "LoadBalancer" &&
      [...survey.serviceNamespaces, metadata.namespace].includes(namespace),
  );
  const own = balancers.find(
    ({ metadata: one }) =>
      one.labels?.["gateway.networking.k8s.io/gateway-name"] === metadata.name ||
      one.ownerReferences?.some(({ kind, name }) => kind === "Gateway" && name === metadata.name),
  );
  return own ?? (survey.gateways.length === 1 ? balancers[0] : undefined);
}

/**
 * What the Gateway shows need not be a load balancer's: NGF 1.x shows its Service's ClusterIP before
 * there is one, and an old name can stay for a while when the load balancer is gone.
 */
const isWithoutBalancer = ({ status }: Service): boolean =>
  !status.loadBalancer.ingress.some(({ hostname, ip }) => (hostname ?? ip) !== undefined);

function explainMissing(
  input: LinkInput,
  found: { live: Gateway; service: Service | undefined; event: Event | undefined },
): LinkVerdict {
  const { live, service, event } = found;
  if (service === undefined)
    return judgeSeen(input.facts.services, () => judgeServiceAbsent(input, live));
  const object = nameObject("Service", service.metadata);
  const since = service.metadata.creationTimestamp;
  const { name, namespace = "default" } = service.metadata;
  const hint = `kubectl describe service ${name} --namespace ${namespace}`;
  if (event !== undefined) {
    const more = {
      object,
      since: beginningOf(event) ?? since,
      hint: adviseOnBalancer(event.message) ?? hint,
    };
    return broken("GT-LOAD-BALANCER-NO-ADDRESS", wordsOfEvent(event), more);
  }
  const { facts } = input;
  const controller = judgeControllerGone(facts, service);
  if (controller !== undefined) {
    return broken("GT-LOAD-BALANCER-CONTROLLER", controller.reason, {
      object,
      since,
      hint: controller.hint,
    });
  }
  const age = Date.parse(facts.now) - Date.parse(since ?? facts.now);
  const reason = "the Service has no load balancer address yet";
  if (age <= MAKING_MS) return onItsWay(reason, { object, since });
  const why = facts.events.known
    ? "no event says why"
    : `its events could not be read: ${facts.events.reason}`;
  return broken(
    "GT-LOAD-BALANCER-NO-ADDRESS",
    `The Service has had no load balancer address since it was made, and ${why.replace(/\.$/, "")}.`,
    { object, since, hint },
  );
}

function judgeServiceAbsent(input: LinkInput, live: Gateway): LinkVerdict {
  const object = nameObject("Gateway", live.metadata);
  const since =
    findCondition(live.status, "Programmed")?.lastTransitionTime ?? live.metadata.creationTimestamp;
  const age = Date.parse(input.facts.now) - Date.parse(since ?? input.facts.now);
  if (age <= MAKING_MS) {
    const reason = "the controller has not made the Service of type LoadBalancer yet";
    return onItsWay(reason, { object, since });
  }
  const reason = "The Gateway has no address, and no Service of type LoadBalancer is made for it.";
  const { name, namespace = "default" } = findController(input) ?? {};
  const hint =
    name === undefined
      ? describeCommand(object)
      : `kubectl logs deployment/${name} --namespace ${namespace}`;
  return broken("GT-LOAD-BALANCER-NO-ADDRESS", reason, { object, since, hint });
}

function findController({ facts, survey }: LinkInput) {
  const all = valueOf(facts.deployments) ?? [];
  const { gatewayController } = survey.namespaces;
  return findDeployments(all, CONTROLLERS, gatewayController)[0]?.metadata;
}

/**
 * The load balancer is gone in AWS, and the Service still shows its name: no controller looks for
 * it again before something of the Service changes. A record with addresses shows that it is there.
 */
function judgeName(
  { facts, sight }: LinkInput,
  { live, service, address }: { live: Gateway; service: Service | undefined; address: string },
): LinkVerdict | undefined {
  const addresses = valueOf(sight.answers)?.addresses ?? [];
  if (facts.balancerGaps[address]?.missing !== true || addresses.length > 0) return undefined;
  const { metadata } = service ?? live;
  const object = nameObject(service === undefined ? "Gateway" : "Service", metadata);
  const since = metadata.creationTimestamp;
  const age = Date.parse(facts.now) - Date.parse(since ?? facts.now);
  if (age <= MAKING_MS)
    return onItsWay(`the load balancer's name ${address} is not in DNS yet`, { object, since });
  const { name, namespace = "default" } = metadata;
  const remade = `kubectl annotate service ${name} --namespace ${namespace} --overwrite gateway-tls/remade="$(date)"`;
  return broken(
    "GT-LOAD-BALANCER-GONE",
    `The name of the load balancer, ${address}, does not exist any more: it was deleted in AWS.`,
    {
      object,
      hint:
        service === undefined
          ? describeCommand(object)
          : `Have its controller look, and make it anew: ${remade}`,
    },
  );
}

/** The Service is for the AWS Load Balancer Controller, and that does not run. */
function judgeControllerGone(facts: LinkInput["facts"], { metadata, spec }: Service) {
  const external =
    metadata.annotations?.[TYPE] === "external" || spec.loadBalancerClass === "service.k8s.aws/nlb";
  const balancer = valueOf(facts.loadBalancer);
  if (!external || balancer === undefined || balancer.controller?.ready === true) return undefined;
  const { controller } = balancer;
  const gone = controller === undefined ? "is not installed" : "has no ready pod";
  return {
    reason: `The Service waits for the AWS Load Balancer Controller, which ${gone}.`,
    hint:
      controller === undefined
        ? "Install it again: the class of a Service can never change, so no other can take it."
        : `kubectl describe pods --namespace ${controller.namespace} --selector ${LOAD_BALANCER_CONTROLLER}`,
  };
}

function findEvent({ facts }: LinkInput, { metadata }: Service): Event | undefined {
  return valueOf(facts.events)?.findLast(
    ({ type, involvedObject: about }) =>
      type === "Warning" &&
      about.kind === "Service" &&
      about.name === metadata.name &&
      about.namespace === metadata.namespace,
  );
}

/** When it happened first; the last time moves on with each repetition. */
const beginningOf = ({ firstTimestamp, eventTime, metadata }: Event): string | undefined =>
  firstTimestamp ?? eventTime ?? metadata.creationTimestamp;

const wordsOfEvent = ({ reason, message }: Event): string => `${reason}: ${message}`;

/** An internal balancer where an internet-facing one is wanted: the CA cannot reach it. */
function judgeScheme(
  { survey, facts }: LinkInput,
  service: Service | undefined,
  address: string,
): LinkVerdict | undefined {
  if (survey.expected.scheme === "internal") return undefined;
  const addresses = facts.balancers[address] ?? [];
  const isPrivate = addresses.length > 0 && addresses.every(isPrivateAddress);
  if (!isPrivate && !address.startsWith("internal-")) return undefined;
  const said = service?.metadata.annotations?.[SCHEME];
  const why = said === undefined ? `: its Service has no annotation ${SCHEME}` : "";
  return broken(
    "GT-LOAD-BALANCER-INTERNAL",
    `The load balancer ${address} has private addresses only${why}; neither the CA nor the internet reaches it.`,
    {
      ...(service === undefined ? {} : { object: nameObject("Service", service.metadata) }),
      hint: REMAKE_BALANCER,
    },
  );
}
