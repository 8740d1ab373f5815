import { UserError } from "../../../src/errors.ts";
import type { ResourceKind } from "../../../src/kinds.ts";
import type {
  AccessRequest,
  Kubernetes,
  KubernetesObject,
  ListOptions,
  ObjectRef,
} from "../../../src/ports/kubernetes.ts";

/** Objects in a list, with the label selectors that facts use. Reads only. */
export class FakeKubernetes implements Kubernetes {
  readonly objects: KubernetesObject[];
  serverVersion = "v1.34.2-eks-1234567";
  /** `create deployments.apps`: what the caller may not do. */
  readonly denied = new Set<string>();
  /** Kinds that may not be read. */
  readonly forbidden = new Set<string>();
  unreachable = false;

  constructor(...objects: KubernetesObject[]) {
    this.objects = objects;
  }

  async version(): Promise<string> {
    if (this.unreachable) throw new UserError("GT-CLUSTER-UNREACHABLE", "No answer.");
    return this.serverVersion;
  }

  async get({ kind, name, namespace }: ObjectRef): Promise<KubernetesObject | undefined> {
    const found = await this.list(kind, namespace === undefined ? {} : { namespace });
    return found.find(({ metadata }) => metadata.name === name);
  }

  async list(kind: ResourceKind, options: ListOptions = {}): Promise<KubernetesObject[]> {
    if (this.forbidden.has(kind.kind)) {
      throw new UserError("GT-CLUSTER-FORBIDDEN", `${kind.plural} may not be listed.`);
    }
    const wanted = (options.labelSelector ?? "").split(",").filter((part) => part !== "");
    return this.objects.filter(
      (object) =>
        object.kind === kind.kind &&
        object.apiVersion === kind.apiVersion &&
        (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
        wanted.every((part) => {
          const [key = "", value] = part.split("=");
          return object.metadata.labels?.[key] === value;
        }),
    );
  }

  async review(requests: readonly AccessRequest[]): Promise<boolean[]> {
    return requests.map(({ verb, group, resource }) => {
      const what = group === "" ? resource : `${resource}.${group}`;
      return !this.denied.has(`${verb} ${what}`);
    });
  }

  async logs(): Promise<string[]> {
    return [];
  }

  // oxlint-disable-next-line require-yield -- facts never watch
  async *observe(): AsyncGenerator<readonly KubernetesObject[]> {
    throw new Error("facts never watch");
  }

  apply = neverWrites;
  patch = neverWrites;
  delete = neverWrites;
  create = neverWrites;
  replace = neverWrites;
}

async function neverWrites(): Promise<never> {
  throw new Error("facts never write");
}

/** An object with what its kind needs. */
export function objectOf(
  apiVersion: string,
  kind: string,
  name: string,
  rest: Record<string, unknown> & { metadata?: Partial<KubernetesObject["metadata"]> } = {},
): KubernetesObject {
  return { ...rest, apiVersion, kind, metadata: { ...rest.metadata, name } };
}
