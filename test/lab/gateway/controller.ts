import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, list, text } from "../../../src/sandbox/fields.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { LoadBalancers } from "../load-balancers.ts";
import type { Workload } from "../node/node.ts";
import { attach, judgeBackends } from "./attach.ts";
import { bad, type Condition, good, stamp } from "./conditions.ts";
import { ensureDataPlane } from "./data-plane.ts";
import { judgeListeners, type ListenerVerdict } from "./listeners.ts";
import { type ControlPlaneSettings, readSettings } from "./settings.ts";
import { GatewayWorld, isAbout } from "./world.ts";

const API = "/apis/gateway.networking.k8s.io/v1";
const GROUP = "gateway.networking.k8s.io";
const BUNDLE = "gateway.networking.k8s.io/bundle-version";
/** Of the Gateway API that this NGINX Gateway Fabric is made for. */
const SUPPORTED = "1.5.1";

/** Stands for NGINX Gateway Fabric 2.6's control plane: statuses, and a data plane per Gateway. */
export class GatewayController {
  readonly world: GatewayWorld;
  readonly #client: ApiClient;
  /** Of each pod that runs, by uid: the oldest leads, and the next one when it has stopped. */
  readonly #replicas = new Map<string, ControlPlaneSettings>();
  #isDue = false;
  #isBusy = false;

  readonly #onChange: () => void;

  /** `onChange`: what is served may have changed. */
  constructor(client: ApiClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
    this.world = new GatewayWorld(client, () => this.look());
  }

  end(): void {
    this.#replicas.clear();
    this.world.stop();
  }

  /** Runs with the pod's arguments for as long as the pod does. */
  startFor(pod: KubernetesObject): Workload {
    const { uid = "" } = pod.metadata;
    this.#replicas.set(uid, readSettings(pod));
    this.look();
    return {
      stop: async () => {
        this.#replicas.delete(uid);
        this.look();
      },
    };
  }

  look(): void {
    this.#isDue = true;
    if (!this.#isBusy) void this.#work();
  }

  /** The Gateways that this controller serves. */
  served(): KubernetesObject[] {
    const settings = this.#findLeader();
    if (settings === undefined) return [];
    const { className, controllerName } = settings;
    const gatewayClass = this.world.classes.find(className);
    if (at(gatewayClass, "spec", "controllerName") !== controllerName) return [];
    return this.world.gateways
      .all()
      .filter((gateway) => at(gateway, "spec", "gatewayClassName") === className)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  #findLeader(): ControlPlaneSettings | undefined {
    const [leader] = this.#replicas.values();
    return leader;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#isDue) {
      this.#isDue = false;
      // The API server was stopped, or an object changed under us: the next change tries again.
      await this.#reconcile().catch(() => undefined);
      this.#onChange();
    }
    this.#isBusy = false;
  }

  async #reconcile(): Promise<void> {
    const settings = this.#findLeader();
    if (settings === undefined) return;
    for (const gatewayClass of this.world.classes.all()) {
      if (at(gatewayClass, "spec", "controllerName") === settings.controllerName) {
        await this.#reportClass(gatewayClass);
      }
    }
    for (const gateway of this.served()) {
      const service = await ensureDataPlane(this.#client, this.world, settings, gateway);
      const verdicts = judgeListeners(this.world, gateway);
      const attached = await this.#reportRoutes(settings, gateway, verdicts);
      await this.#reportGateway(gateway, verdicts, attached, service);
    }
  }

  async #reportClass(gatewayClass: KubernetesObject): Promise<void> {
    const crd = await this.#client.get(
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io",
    );
    const version = (crd?.metadata.annotations?.[BUNDLE] ?? "").replace(/^v/, "");
    const minor = (text: string): string => text.split(".").slice(0, 2).join(".");
    const supported =
      minor(version) === minor(SUPPORTED)
        ? good("SupportedVersion", "SupportedVersion", "The Gateway API CRD versions are supported")
        : bad(
            "SupportedVersion",
            "UnsupportedVersion",
            `The Gateway API CRD versions are not recommended. Recommended version is v${SUPPORTED}`,
          );
    const conditions = [good("Accepted", "Accepted", "The GatewayClass is accepted"), supported];
    await this.#write(`${API}/gatewayclasses/${gatewayClass.metadata.name}`, gatewayClass, {
      conditions: this.#stamp(gatewayClass, conditions),
    });
  }

  async #reportRoutes(
    { controllerName }: ControlPlaneSettings,
    gateway: KubernetesObject,
    verdicts: readonly ListenerVerdict[],
  ): Promise<Map<string, number>> {
    const attached = new Map<string, number>();
    for (const route of this.world.routes.all()) {
      const before = list(at(route, "status", "parents"));
      const refs = list(at(route, "spec", "parentRefs"));
      const others = before.filter(({ parentRef }) => !isAbout(parentRef, route, gateway));
      const parents = refs
        .filter((ref) => isAbout(ref, route, gateway))
        .map((parentRef) => {
          const outcome = attach(this.world, route, gateway, parentRef, verdicts);
          for (const name of outcome.listeners) attached.set(name, (attached.get(name) ?? 0) + 1);
          const old = before.find((one) => isDeepStrictEqual(one["parentRef"], parentRef));
          const wanted = [outcome.accepted, judgeBackends(this.world, route)];
          const conditions = stamp(list(old?.["conditions"]), wanted, route.metadata.generation);
          return { parentRef, controllerName, conditions };
        });
      if (parents.length === 0 && others.length === before.length) continue;
      const { namespace, name } = route.metadata;
      const path = `${API}/namespaces/${namespace}/httproutes/${name}`;
      await this.#write(path, route, { parents: [...others, ...parents] });
    }
    return attached;
  }

  async #reportGateway(
    gateway: KubernetesObject,
    verdicts: readonly ListenerVerdict[],
    attached: ReadonlyMap<string, number>,
    service: KubernetesObject | undefined,
  ): Promise<void> {
    const before = list(at(gateway, "status", "listeners"));
    const listeners = verdicts.map(({ name, conditions }) => {
      const old = list(before.find((one) => one["name"] === name)?.["conditions"]);
      return {
        name,
        attachedRoutes: attached.get(name) ?? 0,
        supportedKinds: ["HTTPRoute", "GRPCRoute"].map((kind) => ({ group: GROUP, kind })),
        conditions: stamp(old, conditions, gateway.metadata.generation),
      };
    });
    const addresses = addressesOf(service);
    const { namespace, name } = gateway.metadata;
    await this.#write(`${API}/namespaces/${namespace}/gateways/${name}`, gateway, {
      conditions: this.#stamp(gateway, gatewayConditions(verdicts)),
      listeners,
      addresses,
    });
  }

  #stamp(object: KubernetesObject, wanted: readonly Condition[]) {
    const before = list(at(object, "status", "conditions"));
    return stamp(before, wanted, object.metadata.generation);
  }

  async #write(path: string, object: KubernetesObject, status: Record<string, unknown>) {
    const live = fields(object["status"]);
    const same = Object.entries(status).every(([key, value]) =>
      isDeepStrictEqual(live[key] ?? [], value),
    );
    if (!same) await this.#client.patch(`${path}/status`, { status });
  }
}

function addressesOf(service: KubernetesObject | undefined): { type: string; value: string }[] {
  if (service === undefined) return [];
  if (at(service, "spec", "type") !== "LoadBalancer") {
    const value = text(at(service, "spec", "clusterIP"));
    return value === "" ? [] : [{ type: "IPAddress", value }];
  }
  return list(at(service, "status", "loadBalancer", "ingress")).map(({ hostname }) => ({
    type: "Hostname",
    value: text(hostname),
  }));
}

function gatewayConditions(verdicts: readonly ListenerVerdict[]): Condition[] {
  const valid = verdicts.filter((verdict) => verdict.valid).length;
  if (valid === 0) {
    const message = "The Gateway has no valid listeners";
    return [bad("Accepted", "ListenersNotValid", message), bad("Programmed", "Invalid", message)];
  }
  const accepted =
    valid === verdicts.length
      ? good("Accepted", "Accepted", "The Gateway is accepted")
      : good("Accepted", "ListenersNotValid", "The Gateway has at least one valid listener");
  return [accepted, good("Programmed", "Programmed", "The Gateway is programmed")];
}

/** The Gateway whose Service a load balancer stands before. */
export function gatewayBehind(
  controller: GatewayController,
  balancers: LoadBalancers,
  address: string,
): KubernetesObject | undefined {
  const balancer = balancers.all().find((one) => one.address === address && one.public);
  if (balancer === undefined) return undefined;
  const { namespace, name } = balancer.service;
  const owner = controller.world.services
    .find(name, namespace)
    ?.metadata.ownerReferences?.find(({ kind }) => kind === "Gateway");
  return controller.served().find(({ metadata }) => metadata.uid === owner?.uid);
}
