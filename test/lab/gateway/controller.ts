import { setTimeout as after } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, list, text } from "../../../src/sandbox/fields.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { Mirror } from "../kubernetes/mirror.ts";
import type { Workload } from "../node/node.ts";
import { requestToken } from "../node/pod-files.ts";
import { attach, judgeBackends } from "./attach.ts";
import { bad, type Condition, good, stamp } from "./conditions.ts";
import { ensureDataPlane } from "./data-plane.ts";
import { gatewayConditions, judgeListeners, type ListenerVerdict } from "./listeners.ts";
import { type ControlPlaneSettings, findServed, readSettings } from "./settings.ts";
import { GatewayWorld, isAbout } from "./world.ts";

const API = "/apis/gateway.networking.k8s.io/v1";
const GROUP = "gateway.networking.k8s.io";
const BUNDLE = "gateway.networking.k8s.io/bundle-version";
/** Of the Gateway API that this NGINX Gateway Fabric is made for. */
const SUPPORTED = "1.5.1";

/** Upstream's manager gives up after two minutes. */
const FILL_MS = 10_000;

/** One pod of the control plane, which sees and writes what its ServiceAccount may. */
interface Replica {
  settings: ControlPlaneSettings;
  client: ApiClient;
  world: GatewayWorld;
}

/** Stands for NGINX Gateway Fabric 2.6's control plane: statuses, and a data plane per Gateway. */
export class GatewayController {
  readonly #client: ApiClient;
  /** Of each pod that runs, by uid: the oldest leads, and the next one when it has stopped. */
  readonly #replicas = new Map<string, Replica>();
  #isDue = false;
  #isBusy = false;

  readonly #onChange: () => void;

  /** `onChange`: what is served may have changed. */
  constructor(client: ApiClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  end(): void {
    for (const { world } of this.#replicas.values()) world.stop();
    this.#replicas.clear();
  }

  /** Runs with the pod's arguments and as its ServiceAccount, for as long as the pod does. */
  async startFor(pod: KubernetesObject): Promise<Workload> {
    const { uid = "" } = pod.metadata;
    const client = this.#client.as(await requestToken(this.#client, pod));
    const world = new GatewayWorld(client, () => this.look());
    const stop = async (): Promise<void> => {
      this.#replicas.delete(uid);
      world.stop();
      client.close();
      this.look();
    };
    const isFilled = world.filled().then(() => true);
    if (!(await Promise.race([isFilled, after(FILL_MS, false, { ref: false })]))) {
      await stop();
      throw new Error("failed to wait for caches to sync");
    }
    this.#replicas.set(uid, { settings: readSettings(pod), client, world });
    this.look();
    return { stop };
  }

  look(): void {
    this.#isDue = true;
    if (!this.#isBusy) void this.#work();
  }

  /** What the data planes serve from; nothing, while no pod runs. */
  get world(): GatewayWorld | undefined {
    return this.#findLeader()?.world;
  }

  /** The Gateways that this controller serves. */
  served(): KubernetesObject[] {
    const leader = this.#findLeader();
    return leader === undefined ? [] : findServed(leader.world, leader.settings);
  }

  #findLeader(): Replica | undefined {
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
    const leader = this.#findLeader();
    if (leader === undefined) return;
    const { client, world, settings } = leader;
    for (const gatewayClass of world.classes.all()) {
      if (at(gatewayClass, "spec", "controllerName") === settings.controllerName) {
        await this.#reportClass(leader, gatewayClass);
      }
    }
    for (const gateway of findServed(world, settings)) {
      const service = await ensureDataPlane(client, world, settings, gateway);
      const verdicts = judgeListeners(world, gateway);
      const attached = await this.#reportRoutes(leader, gateway, verdicts);
      await this.#reportGateway(leader, gateway, { verdicts, attached, service });
    }
  }

  async #reportClass({ client, world }: Replica, gatewayClass: KubernetesObject): Promise<void> {
    const [crd] = world.crds.all();
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
    const path = `${API}/gatewayclasses/${gatewayClass.metadata.name}`;
    const status = { conditions: this.#stamp(gatewayClass, conditions) };
    await writeStatus(client, path, { mirror: world.classes, object: gatewayClass }, status);
  }

  async #reportRoutes(
    { client, world, settings: { controllerName } }: Replica,
    gateway: KubernetesObject,
    verdicts: readonly ListenerVerdict[],
  ): Promise<Map<string, number>> {
    const attached = new Map<string, number>();
    for (const route of world.routes.all()) {
      const before = list(at(route, "status", "parents"));
      const refs = list(at(route, "spec", "parentRefs"));
      const others = before.filter(({ parentRef }) => !isAbout(parentRef, route, gateway));
      const parents = refs
        .filter((ref) => isAbout(ref, route, gateway))
        .map((parentRef) => {
          const outcome = attach(world, route, gateway, parentRef, verdicts);
          for (const name of outcome.listeners) attached.set(name, (attached.get(name) ?? 0) + 1);
          const old = before.find((one) => isDeepStrictEqual(one["parentRef"], parentRef));
          const wanted = [outcome.accepted, judgeBackends(world, route)];
          const conditions = stamp(list(old?.["conditions"]), wanted, route.metadata.generation);
          return { parentRef, controllerName, conditions };
        });
      if (parents.length === 0 && others.length === before.length) continue;
      const { namespace, name } = route.metadata;
      const path = `${API}/namespaces/${namespace}/httproutes/${name}`;
      const status = { parents: [...others, ...parents] };
      await writeStatus(client, path, { mirror: world.routes, object: route }, status);
    }
    return attached;
  }

  async #reportGateway(
    { client, world }: Replica,
    gateway: KubernetesObject,
    found: {
      verdicts: readonly ListenerVerdict[];
      attached: ReadonlyMap<string, number>;
      service: KubernetesObject | undefined;
    },
  ): Promise<void> {
    const { verdicts, attached, service } = found;
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
    const path = `${API}/namespaces/${namespace}/gateways/${name}`;
    const conditions = this.#stamp(gateway, gatewayConditions(verdicts));
    const status = { conditions, listeners, addresses };
    await writeStatus(client, path, { mirror: world.gateways, object: gateway }, status);
  }

  #stamp(object: KubernetesObject, wanted: readonly Condition[]) {
    const before = list(at(object, "status", "conditions"));
    return stamp(before, wanted, object.metadata.generation);
  }
}

/**
 * Replaces what differs: upstream's role may update, and not patch. The data planes go by it before
 * it is told, as nginx is configured before upstream writes statuses.
 */
async function writeStatus(
  client: ApiClient,
  path: string,
  { mirror, object }: { mirror: Mirror; object: KubernetesObject },
  status: Record<string, unknown>,
): Promise<void> {
  const live = fields(object["status"]);
  const same = Object.entries(status).every(([key, value]) =>
    isDeepStrictEqual(live[key] ?? [], value),
  );
  if (same) return;
  const next = { ...object, status: { ...live, ...status } };
  mirror.swap(object, next);
  try {
    await client.replace(`${path}/status`, next);
  } catch (error) {
    mirror.swap(next, object);
    throw error;
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
