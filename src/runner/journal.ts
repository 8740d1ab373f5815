import { UserError } from "../errors.ts";
import type { KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";

/** What was written, in order, one line per object. Leases and access reviews are not counted. */
export interface Journal {
  readonly changes: readonly string[];
  /** Every write from now on fails with this: the run may not write any more. */
  close(reason: unknown): void;
}

/** For each writing method of a port, what a call of it changed, for people. */
type Descriptions<Port> = {
  [Method in keyof Port]?: Port[Method] extends (...args: infer Args) => unknown
    ? (...args: Args) => string[]
    : never;
};

/** The same world, with every write noted down: what succeeded, and what a failure left behind. */
export function journalWrites(world: ConnectedWorld): { world: ConnectedWorld; journal: Journal } {
  const book = new Book();
  const note = <Port extends object>(port: Port, writes: Descriptions<Port>): Port =>
    notingWrites(port, writes, book);
  return {
    journal: book,
    world: {
      ...world,
      kubernetes: note(world.kubernetes, kubernetesWrites),
      charts: note(world.charts, chartWrites),
      identity: note(world.identity, identityWrites),
      clusters: note(world.clusters, clusterWrites),
      zones: note(world.zones, zoneWrites),
    },
  };
}

class Book implements Journal {
  readonly changes: string[] = [];
  #closed: { reason: unknown } | undefined;

  close(reason: unknown): void {
    this.#closed = { reason };
  }

  async write(call: () => unknown, describe: () => string[]): Promise<unknown> {
    if (this.#closed !== undefined) throw this.#closed.reason;
    try {
      const result = await call();
      this.changes.push(...describe());
      return result;
    } catch (error) {
      if (error instanceof UserError) this.changes.push(...error.written);
      throw error;
    }
  }
}

const kubernetesWrites: Descriptions<ConnectedWorld["kubernetes"]> = {
  apply: (objects) => objects.map((object) => `applied ${nameOfObject(object)}`),
  patch: (ref) => [`patched ${nameOfRef(ref)}`],
  delete: (refs) => refs.map((ref) => `deleted ${nameOfRef(ref)}`),
};

const chartWrites: Descriptions<ConnectedWorld["charts"]> = {
  apply: ({ name, namespace }) => [`installed helm release ${namespace}/${name}`],
  rollback: (name, namespace) => [`rolled back helm release ${namespace}/${name}`],
  uninstall: (name, namespace) => [`uninstalled helm release ${namespace}/${name}`],
};

const identityWrites: Descriptions<ConnectedWorld["identity"]> = {
  createPolicy: ({ name }) => [`created IAM policy ${name}`],
  updatePolicy: (arn) => [`updated IAM policy ${arn}`],
  deletePolicy: (arn) => [`deleted IAM policy ${arn}`],
  createRole: ({ name }) => [`created IAM role ${name}`],
  updateTrust: (name) => [`updated the trust of IAM role ${name}`],
  attachPolicy: (role, arn) => [`attached ${arn} to IAM role ${role}`],
  detachPolicy: (role, arn) => [`detached ${arn} from IAM role ${role}`],
  deleteRole: (name) => [`deleted IAM role ${name}`],
  createOidcProvider: ({ issuer }) => [`created IAM OIDC provider ${issuer}`],
  deleteOidcProvider: (arn) => [`deleted IAM OIDC provider ${arn}`],
  createAssociation: ({ namespace, serviceAccount }) => [
    `created Pod Identity association for ${namespace}/${serviceAccount}`,
  ],
  updateAssociation: (_cluster, id) => [`updated Pod Identity association ${id}`],
  deleteAssociation: (_cluster, id) => [`deleted Pod Identity association ${id}`],
};

const clusterWrites: Descriptions<ConnectedWorld["clusters"]> = {
  createAddon: (_cluster, name) => [`created EKS add-on ${name}`],
  deleteAddon: (_cluster, name) => [`deleted EKS add-on ${name}`],
};

const zoneWrites: Descriptions<ConnectedWorld["zones"]> = {
  deleteRecords: (_zoneId, records) =>
    records.map(({ name, type }) => `deleted record ${name} ${type}`),
};

function notingWrites<Port extends object>(
  port: Port,
  writes: Descriptions<Port>,
  book: Book,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== "function") return method;
      const describe: unknown = Reflect.get(writes, key);
      // `observe` answers an iterable, not a promise: only writes are awaited.
      if (typeof describe !== "function") return method.bind(target);
      return (...args: unknown[]) =>
        book.write(
          () => Reflect.apply(method, target, args),
          () => Reflect.apply(describe, undefined, args),
        );
    },
  });
}

const nameOfObject = ({ kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

const nameOfRef = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
