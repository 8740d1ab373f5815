import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, type Fields, fields, list } from "../../../src/sandbox/fields.ts";
import type { Built } from "../build/build.ts";
import { run } from "../build/run.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { until } from "../suite/until.ts";
import { groupOf, kindOf } from "./addresses.ts";

const COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GROUPS = ["gateway.networking.k8s.io", "cert-manager.io", "acme.cert-manager.io"];

/** Upstream's CRDs in the cluster, as a state marks them. */
export class Crds {
  readonly #client: ApiClient;
  readonly #upstream: Map<string, KubernetesObject>;
  readonly #loaded = new Map<string, string>();

  private constructor(client: ApiClient, upstream: readonly KubernetesObject[]) {
    this.#client = client;
    this.#upstream = new Map(upstream.map((crd) => [crd.metadata.name, crd]));
  }

  static async read(client: ApiClient, built: Built): Promise<Crds> {
    const chart = join(built.charts, "cert-manager");
    const flags = ["template", "cert-manager", chart, "--set", "crds.enabled=true"];
    const rendered = await run(join(built.bin, "helm4/helm"), flags);
    const gatewayApi = await readFile(join(built.crds, "gateway-api.yaml"), "utf8");
    return new Crds(client, [...readCrds(gatewayApi), ...readCrds(rendered)]);
  }

  /** Whether an object's kind and version are served by these; what needs no CRD always is. */
  areServed(object: KubernetesObject, crds: readonly KubernetesObject[]): boolean {
    if (object.kind === "CustomResourceDefinition") return false;
    const group = groupOf(object);
    if (!GROUPS.includes(group)) return true;
    const name = `${kindOf(object).plural}.${group}`;
    const crd = crds.find(({ metadata }) => metadata.name === name);
    const versions = list(at(crd, "spec", "versions"));
    return (
      crd !== undefined && versions.every((one) => one["name"] !== "v1" || one["served"] !== false)
    );
  }

  /** Afterwards there are these CRDs, with their labels and annotations, and no other. */
  async have(wanted: readonly KubernetesObject[]): Promise<void> {
    const names = wanted.map(({ metadata }) => metadata.name);
    const gone = [...this.#loaded.keys()].filter((name) => !names.includes(name));
    await Promise.all(gone.map((name) => this.#delete(name)));
    await Promise.all(wanted.map((crd) => this.#mark(crd)));
  }

  async #mark({ metadata: { name, labels, annotations }, spec }: KubernetesObject): Promise<void> {
    const versions = list(at(spec, "versions"));
    const marks = JSON.stringify({ labels, annotations, versions });
    if (this.#loaded.get(name) === marks) return;
    const crd = this.#upstream.get(name);
    if (crd === undefined) throw new Error(`upstream has no CRD ${name}`);
    const metadata = {
      name,
      labels: { ...crd.metadata.labels, ...labels },
      annotations: { ...crd.metadata.annotations, ...annotations },
    };
    await this.#apply({ ...crd, metadata, spec: withVersions(crd, versions) });
    this.#loaded.set(name, marks);
  }

  async #apply(crd: KubernetesObject): Promise<void> {
    const { name } = crd.metadata;
    const path = `${COLLECTION}/${name}?fieldManager=states&force=true`;
    const { status, body } = await this.#client.send(
      "PATCH",
      path,
      crd,
      "application/apply-patch+yaml",
    );
    if (status >= 300) throw new Error(`CRD ${name}: ${JSON.stringify(body)}`);
    await until(`CRD ${name} is established`, async () => {
      const live = await this.#client.get(`${COLLECTION}/${name}`);
      const conditions = list(at(live, "status", "conditions"));
      const isThere = conditions.some(
        (one) => one["type"] === "Established" && one["status"] === "True",
      );
      return isThere ? true : undefined;
    });
  }

  /**
   * Without the API server's search for objects, which the loader has removed: it tries for a minute
   * at a time (apiextensions, crd_finalizer.go), and with many CRDs at once has failed thrice.
   */
  async #delete(name: string): Promise<void> {
    const path = `${COLLECTION}/${name}`;
    await this.#client.delete(path);
    await until(`CRD ${name} is gone`, async () => {
      await this.#client.patch(path, { metadata: { finalizers: null } });
      return (await this.#client.get(path)) === undefined ? true : undefined;
    });
    this.#loaded.delete(name);
  }
}

/** Upstream's newest schema under the names that a state gives. */
function withVersions({ spec }: KubernetesObject, versions: readonly Fields[]): Fields {
  const [schema] = list(at(spec, "versions"));
  if (versions.length === 0) return fields(spec);
  return { ...fields(spec), versions: versions.map((version) => ({ ...schema, ...version })) };
}

function readCrds(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml)
    .map((document): KubernetesObject | null => document.toJS())
    .filter((object) => object !== null)
    .filter(({ kind }) => kind === "CustomResourceDefinition");
}
