import { UserError } from "../errors.ts";
import type { KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import type { RunLease } from "./run-lease.ts";

/** What was written, in order, one line per object. Leases and access reviews are not counted. */
export interface Journal {
  readonly changes: readonly string[];
}

/** For each writing method of a port, what a call of it changed, for people. */
type Descriptions<Port> = {
  [Method in keyof Port]?: Port[Method] extends (...args: infer Args) => unknown
    ? (...args: Args) => string[]
    : never;
};

/** What stands around each write. */
type Around = (write: () => unknown, describe: () => string[]) => unknown;

/** The same world, with every write noted down: what succeeded, and what a failure left behind. */
export function journalWrites(world: ConnectedWorld): { world: ConnectedWorld; journal: Journal } {
  const changes: string[] = [];
  const note: Around = async (write, describe) => {
    try {
      const result = await write();
      changes.push(...describe());
      return result;
    } catch (error) {
      if (error instanceof UserError) changes.push(...error.written);
      throw error;
    }
  };
  return { world: aroundWrites(world, note), journal: { changes } };
}

/** The same world, in which nothing is written without the Lease: a write takes it, or fails. */
export function guardWrites(
  world: ConnectedWorld,
  lease: Pick<RunLease, "isHeld" | "take" | "lost">,
): ConnectedWorld {
  const writeLate = async (write: () => unknown): Promise<unknown> => {
    await lease.take();
    lease.lost.throwIfAborted();
    return write();
  };
  return aroundWrites(world, (write) =>
    lease.isHeld && !lease.lost.aborted ? write() : writeLate(write),
  );
}

function aroundWrites(world: ConnectedWorld, around: Around): ConnectedWorld {
  const wrap = <Port extends object>(port: Port, writes: Descriptions<Port>): Port =>
    wrapWrites(port, writes, around);
  return {
    ...world,
    kubernetes: wrap(world.kubernetes, kubernetesWrites),
    charts: wrap(world.charts, chartWrites),
    identity: wrap(world.identity, identityWrites),
    clusters: wrap(world.clusters, clusterWrites),
    zones: wrap(world.zones, zoneWrites),
  };
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

function wrapWrites<Port extends object>(
  port: Port,
  writes: Descriptions<Port>,
  around: Around,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== "function") return method;
      const describe: unknown = Reflect.get(writes, key);
      // `observe` answers an iterable, not a promise: only writes are awaited.
      if (typeof describe !== "function") return method.bind(target);
      return (...args: unknown[]) =>
        around(
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
