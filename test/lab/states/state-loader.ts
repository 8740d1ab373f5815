import { setTimeout as pause } from "node:timers/promises";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { fields, list } from "../../../src/sandbox/fields.ts";
import { keyOf } from "../../checks/state-file.ts";
import type { ControlPlane } from "../kubernetes/control-plane.ts";
import { NODE } from "../node/node.ts";
import { groupOf, keyInEtcd, kindOf, pathOf } from "./addresses.ts";
import type { Crds } from "./crds.ts";
import { Etcd } from "./etcd.ts";
import { shiftTimes } from "./shift.ts";

const AT_ONCE = 64;
const APPLY = "application/apply-patch+yaml";

/** The objects of one state in the cluster: only what differs from the state before is written. */
export class StateLoader {
  readonly #client: ControlPlane["client"];
  readonly #etcd: Etcd;
  readonly #crds: Crds;
  readonly #loaded = new Map<string, { object: KubernetesObject; as: string }>();
  readonly #namespaces = new Set<string>();

  constructor({ client, etcd }: Pick<ControlPlane, "client" | "etcd">, crds: Crds) {
    this.#client = client;
    this.#etcd = new Etcd(etcd);
    this.#crds = crds;
  }

  /** `byMs`: how far the state's own time is behind the clock. `era`: objects of another are old. */
  async load(all: readonly KubernetesObject[], byMs: number, era: string): Promise<void> {
    const crds = all.filter(({ kind }) => kind === "CustomResourceDefinition");
    const objects = all.filter((object) => this.#crds.areServed(object, crds));
    const wanted = new Map(objects.map((object) => [keyOf(object), era + JSON.stringify(object)]));
    const stale = [...this.#loaded].filter(([key, { as }]) => wanted.get(key) !== as);
    for (const some of chunksOf(stale, AT_ONCE)) {
      await Promise.all(some.map(([key, { object }]) => this.#remove(key, object)));
    }
    await this.#crds.have(crds);
    const missing = objects.filter((object) => !this.#loaded.has(keyOf(object)));
    const refused: unknown[] = [];
    for (const some of chunksOf(missing, AT_ONCE)) {
      const done = await Promise.allSettled(
        some.map(async (object) => {
          await this.#create(object, byMs);
          this.#loaded.set(keyOf(object), { object, as: era + JSON.stringify(object) });
        }),
      );
      refused.push(...done.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])));
    }
    if (refused.length > 0) throw new AggregateError(refused, refused.map(String).join("\n"));
  }

  async #remove(key: string, object: KubernetesObject): Promise<void> {
    const path = pathOf(object);
    if (object.metadata.finalizers !== undefined) {
      await this.#client.patch(path, { metadata: { finalizers: null } });
    }
    await this.#client.delete(path, { gracePeriodSeconds: 0 });
    this.#loaded.delete(key);
  }

  async #create(object: KubernetesObject, byMs: number): Promise<void> {
    await this.#ensureNamespace(object.metadata.namespace);
    const { status, ...rest } = shiftTimes(object, byMs);
    const { uid, generation, creationTimestamp, deletionTimestamp, managedFields, ...metadata } =
      rest.metadata;
    const identity = { apiVersion: object.apiVersion, kind: object.kind };
    await this.#apply(object, "", adapt({ ...rest, metadata }));
    const { name, namespace } = metadata;
    const place = namespace === undefined ? { name } : { name, namespace };
    if (status !== undefined) {
      await this.#apply(object, "/status", { ...identity, metadata: place, status });
    }
    // With a finalizer it stays, and is marked.
    if (deletionTimestamp !== undefined) await this.#client.delete(pathOf(object));
    const own = { uid, generation, creationTimestamp, deletionTimestamp, managedFields };
    await this.#etcd.amend(keyInEtcd(object), own);
  }

  async #apply(object: KubernetesObject, subresource: string, body: unknown): Promise<void> {
    const query = "fieldManager=states&force=true&fieldValidation=Strict";
    const path = `${pathOf(object)}${subresource}?${query}`;
    for (let attempt = 1; ; attempt += 1) {
      const { status, body: answer } = await this.#client.send("PATCH", path, body, APPLY);
      if (status < 300) return;
      // A CRD is established a moment before its kind is served.
      if (status === 404 && groupOf(kindOf(object)) !== "" && attempt < 50) await pause(100);
      else throw new Error(`the API server refuses ${keyOf(object)}: ${JSON.stringify(answer)}`);
    }
  }

  async #ensureNamespace(name: string | undefined): Promise<void> {
    if (name === undefined || this.#namespaces.has(name)) return;
    const metadata = { name };
    await this.#client.create("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata,
    });
    this.#namespaces.add(name);
  }
}

/** What a scheduler does, and without webhooks' rules: nobody would answer the API server's calls. */
function adapt(object: Omit<KubernetesObject, "status">): Omit<KubernetesObject, "status"> {
  if (object.kind === "Pod")
    return { ...object, spec: { ...fields(object["spec"]), nodeName: NODE } };
  if (object.kind !== "MutatingWebhookConfiguration") return object;
  const webhooks = list(object["webhooks"]).map(({ rules: _, ...webhook }) => webhook);
  return { ...object, webhooks };
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => index * size);
  return starts.map((start) => all.slice(start, start + size));
}
