import { findCondition, isCurrent, type Condition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Deployment, Gateway, HttpRoute } from "../facts/objects.ts";
import { buildHostNames } from "../plan/names.ts";
import {
  broken,
  judgeSeen,
  nameObject,
  onItsWay,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { minorOf } from "./version.ts";

const RERUN = "gateway-tls init";

/** From the installation to the route of the host. */
export const routingLinks: readonly Link[] = [
  {
    id: "installation",
    title: "Installation found",
    after: [],
    evaluate: ({ facts }) =>
      judgeSeen(facts.keptConfig, (kept) => {
        const object = "ConfigMap gateway-tls/gateway-tls";
        if (kept?.owner.ours === true) return { state: "ok", object };
        const hint = "Set it up: gateway-tls init";
        return broken(
          "GT-INSTALLATION-NOT-FOUND",
          "The cluster has no installation of gateway-tls.",
          { hint, object },
        );
      }),
  },
  {
    id: "crds",
    title: "Gateway API CRDs served",
    after: ["installation"],
    evaluate: ({ facts, versions }) =>
      judgeSeen(facts.crds, ({ gatewayApi }) => {
        if (gatewayApi === undefined)
          return broken("GT-CRDS-MISSING", "The Gateway API CRDs are gone.", { hint: RERUN });
        const [open] = gatewayApi.notEstablished;
        if (open !== undefined) return onItsWay(`${open} is not established yet`);
        const wanted = versions.gatewayApi.version;
        const other = gatewayApi.versions.find((version) => minorOf(version) !== minorOf(wanted));
        return other === undefined
          ? { state: "ok", reason: gatewayApi.versions.join(", ") }
          : broken(
              "GT-CRDS-UNSUPPORTED",
              `The cluster has Gateway API ${other}; the gateway controller supports ${wanted}.`,
              {
                hint: `Bring them back to ${wanted}; they belong to ${gatewayApi.owner.name}.`,
              },
            );
      }),
  },
  {
    id: "external-dns",
    title: "ExternalDNS running",
    after: ["crds"],
    evaluate: ({ facts }) =>
      judgeSeen(facts.externalDns, (live) => judgeDeployment(live, "ExternalDNS")),
  },
  {
    id: "gateway-controller",
    title: "Gateway controller running",
    after: ["crds"],
    evaluate: (input) => {
      const running = judgeSeen(input.facts.gatewayController, (live) =>
        judgeDeployment(live, "NGINX Gateway Fabric"),
      );
      return running.state === "ok" ? judgeClass(input) : running;
    },
  },
  {
    id: "gateway",
    title: "Gateway programmed, with an address",
    after: ["gateway-controller"],
    evaluate: ({ facts }) => judgeSeen(facts.gateway, judgeGateway),
  },
  {
    id: "listener",
    title: "Listener of the host ready",
    after: ["gateway"],
    evaluate: ({ facts, host }) =>
      judgeSeen(facts.gateway, (live) => judgeListener(live, host.hostname)),
  },
  {
    id: "route",
    title: "Route accepted, backend ready",
    after: ["listener"],
    evaluate: (input) => judgeSeen(input.facts.routes, (routes) => judgeRoute(input, routes)),
  },
];

function judgeDeployment(live: Deployment | undefined, what: string): LinkVerdict {
  if (live === undefined)
    return broken("GT-DEPLOYMENT-MISSING", `${what} is not installed.`, { hint: RERUN });
  const object = nameObject("Deployment", live.metadata);
  const wanted = live.spec.replicas ?? 1;
  const ready = live.status.readyReplicas ?? 0;
  if (wanted > 0 && ready > 0) return { state: "ok", object };
  if (wanted === 0)
    return broken("GT-DEPLOYMENT-STOPPED", `${what} is scaled to 0.`, {
      object,
      hint: `kubectl scale deployment ${live.metadata.name} --namespace ${live.metadata.namespace ?? ""} --replicas=1`,
    });
  const available = findCondition(live.status, "Available");
  const progress = findCondition(live.status, "Progressing");
  const more = { object, since: available?.lastTransitionTime };
  const stuck = progress?.status === "False";
  const reason = `${what} has no ready pod (0 of ${wanted}).`;
  if (!stuck) return onItsWay(reason, more);
  const hint = `kubectl describe pods --namespace ${live.metadata.namespace ?? ""}`;
  return broken("GT-DEPLOYMENT-NOT-READY", `${reason} ${progress.message}`.trim(), {
    ...more,
    hint,
  });
}

function judgeClass({ facts, names }: LinkInput): LinkVerdict {
  return judgeSeen(facts.gatewayClasses, (classes) => {
    const found = classes.find(({ name }) => name === names.gatewayClass);
    const object = `GatewayClass ${names.gatewayClass}`;
    if (found?.accepted === undefined)
      return onItsWay("the GatewayClass has not been accepted yet", { object });
    const bad = [found.accepted, found.supportedVersion].find((one) => one?.status === "False");
    if (bad === undefined) return { state: "ok", object };
    return broken("GT-CRDS-UNSUPPORTED", bad.message, {
      object,
      since: bad.lastTransitionTime,
      hint: "Install the Gateway API version that it names.",
    });
  });
}

function judgeGateway(live: Gateway | undefined): LinkVerdict {
  if (live === undefined)
    return broken("GT-GATEWAY-MISSING", "The Gateway is gone.", { hint: RERUN });
  const object = nameObject("Gateway", live.metadata);
  const { conditions, addresses } = live.status;
  const accepted = findCondition(conditions, "Accepted");
  const programmed = findCondition(conditions, "Programmed");
  const { generation } = live.metadata;
  if (accepted === undefined || !isCurrent(accepted, generation))
    return onItsWay("the controller has not looked at the Gateway's last change yet", { object });
  if (accepted.status === "False") return refused("GT-GATEWAY-REFUSED", accepted, object);
  if (addresses.length === 0) {
    return broken("GT-LOAD-BALANCER-NO-ADDRESS", "The Gateway has no load balancer address.", {
      object,
      since: programmed?.lastTransitionTime,
      hint: `kubectl get events --namespace ${live.metadata.namespace ?? ""} --field-selector involvedObject.kind=Service`,
    });
  }
  if (programmed?.status === "False")
    return refused("GT-GATEWAY-NOT-PROGRAMMED", programmed, object);
  return { state: "ok", object, reason: addresses[0]?.value };
}

function judgeListener(live: Gateway | undefined, hostname: string): LinkVerdict {
  const name = buildHostNames(hostname).listener;
  if (live === undefined) return onItsWay("the Gateway is gone");
  const object = nameObject("Gateway", live.metadata);
  if (!live.spec.listeners.some((one) => one.name === name)) {
    return broken("GT-LISTENER-MISSING", `The Gateway has no listener for ${hostname}.`, {
      object,
      hint: RERUN,
    });
  }
  const status = live.status.listeners.find((one) => one.name === name);
  const conflicted = findCondition(status, "Conflicted");
  if (conflicted?.status === "True") return refused("GT-LISTENER-CONFLICT", conflicted, object);
  const bad = status?.conditions.find(
    ({ type, status }) => status === "False" && type !== "Conflicted",
  );
  const refs = findCondition(status, "ResolvedRefs");
  if (refs?.reason === "InvalidCertificateRef")
    return onItsWay(
      "expected until the first issuance: the certificate's Secret is not there yet",
      { object, since: refs.lastTransitionTime },
    );
  if (bad !== undefined) return refused("GT-LISTENER-REFUSED", bad, object);
  return status === undefined
    ? onItsWay("the controller has not looked at the listener yet", { object })
    : { state: "ok", object };
}

function judgeRoute({ facts, host }: LinkInput, routes: readonly HttpRoute[]): LinkVerdict {
  const { route: name } = buildHostNames(host.hostname);
  const { backend } = host;
  const live = routes.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === backend.namespace,
  );
  if (live === undefined)
    return broken("GT-ROUTE-MISSING", `The HTTPRoute of ${host.hostname} is gone.`, {
      hint: RERUN,
    });
  const object = nameObject("HTTPRoute", live.metadata);
  if (live.status.parents.length === 0)
    return onItsWay("no controller has looked at the route yet", { object });
  const conditions = live.status.parents.flatMap((parent) => parent.conditions);
  const bad = conditions.find(
    ({ type, status }) => status === "False" && ["Accepted", "ResolvedRefs"].includes(type),
  );
  if (bad !== undefined) return refused("GT-ROUTE-REFUSED", bad, object);
  if (conditions.some((one) => !isCurrent(one, live.metadata.generation)))
    return onItsWay("the controller has not looked at the route's last change yet", { object });
  const ready = (valueOf(facts.endpointSlices) ?? []).some(
    ({ metadata, endpoints }) =>
      metadata.namespace === backend.namespace &&
      metadata.labels?.["kubernetes.io/service-name"] === backend.service &&
      endpoints.some(({ conditions }) => conditions.ready !== false),
  );
  if (ready || !facts.endpointSlices.known) return { state: "ok", object };
  return broken(
    "GT-BACKEND-NOT-READY",
    `The Service ${backend.namespace}/${backend.service} has no ready pod.`,
    {
      object: `Service ${backend.namespace}/${backend.service}`,
      hint: `kubectl get pods --namespace ${backend.namespace}`,
    },
  );
}

function refused(code: `GT-${string}`, condition: Condition, object: string): LinkVerdict {
  const { reason, message, lastTransitionTime } = condition;
  return broken(code, [reason, message].filter((part) => part !== "").join(": "), {
    object,
    since: lastTransitionTime,
    hint: `kubectl describe ${object.replace(/^(\S+) ([^/]+)\/(.+)$/, "$1 $3 --namespace $2").toLowerCase()}`,
  });
}
