import { adviseOnBalancer } from "../checks/load-balancer-words.ts";
import {
  type Event,
  parseEvent,
  parseGateway,
  parseService,
  type Service,
} from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { gatewayRef } from "./gateway.ts";
import type { Step, StepContext } from "./step.ts";
import { type Look, type Wait, waitForObjects } from "./wait.ts";

/**
 * The load balancer's address on the Gateway. A Gateway can report its Service's ClusterIP as an
 * address, so the address must also stand on a Service of type LoadBalancer.
 */
export const loadBalancer: Step = {
  id: "load-balancer",
  title: "Load balancer",
  after: ["gateway"],
  inspect: async () => [],
  settle: waitForAddress,
};

async function waitForAddress(context: StepContext): Promise<string> {
  const { name, namespace } = gatewayRef(context);
  const services = serviceNamespace(context);
  let warning: Event | undefined;
  const wait: Wait = {
    what: "The load balancer's address",
    code: "GT-LOAD-BALANCER-TIMEOUT",
    get hint() {
      return advise(warning);
    },
  };
  return waitForObjects(
    context,
    wait,
    {
      gateways: { kind: kinds.Gateway, options: { namespace, name } },
      services: { kind: kinds.Service, options: { namespace: services } },
      events: {
        kind: kinds.Event,
        options: { namespace: services, fieldSelector: "involvedObject.kind=Service" },
      },
    },
    ({ gateways: [live], services: found, events }) => {
      warning = events.map(parseEvent).findLast(({ type }) => type === "Warning");
      return lookAtAddress(live, found, warning);
    },
  );
}

/** By what was seen when time was up. */
function advise(warning: Event | undefined): string {
  if (warning === undefined)
    return "A load balancer takes some minutes to be made: run the same command again, it resumes, or give it longer with --timeout SECONDS.";
  return (
    adviseOnBalancer(warning.message) ??
    "Put right what the event names (quotas, the controller's permissions); the same command then resumes."
  );
}

/** From NGF 2.0 each Gateway has its Service beside it; 1.4 has one Service for its one Gateway. */
function serviceNamespace({ plan }: StepContext): string {
  const { gateway, gatewayController } = plan.config.namespaces;
  return plan.versions.name === "2025" ? gatewayController : gateway;
}

function lookAtAddress(
  gateway: KubernetesObject | undefined,
  services: readonly KubernetesObject[],
  warning: Event | undefined,
): Look<string> {
  const balancers = services.map(parseService).filter(({ spec }) => spec.type === "LoadBalancer");
  const addresses = gateway === undefined ? [] : parseGateway(gateway).status.addresses;
  const ingress = balancers.flatMap(ingressOf);
  const address = addresses.find(({ value }) => ingress.includes(value));
  if (address !== undefined) return { done: address.value };
  if (warning !== undefined) return { waiting: `${warning.reason}: ${warning.message}` };
  if (balancers.length === 0)
    return { waiting: "no Service of type LoadBalancer for the Gateway yet" };
  if (ingress.length === 0) return { waiting: "the Service has no load balancer address yet" };
  return { waiting: `the Gateway does not show ${ingress.join(", ")} yet` };
}

function ingressOf({ status }: Service): string[] {
  return status.loadBalancer.ingress.flatMap(({ hostname, ip }) => hostname ?? ip ?? []);
}
