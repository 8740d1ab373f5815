import type { KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";

/** What was written, in order, one line per object. Leases and access reviews are not counted. */
export interface Journal {
  readonly changes: readonly string[];
}

/** The same world, with every write that succeeds noted down. */
export function journalWrites(world: ConnectedWorld): { world: ConnectedWorld; journal: Journal } {
  const changes: string[] = [];
  const noting =
    <A extends unknown[], R>(
      write: (...args: A) => Promise<R>,
      describe: (...args: A) => string[],
    ) =>
    async (...args: A): Promise<R> => {
      const result = await write(...args);
      changes.push(...describe(...args));
      return result;
    };
  return {
    journal: { changes },
    world: {
      ...world,
      kubernetes: notingKubernetes(world, noting),
      charts: notingCharts(world, noting),
      identity: notingIdentity(world, noting),
      clusters: notingClusters(world, noting),
      zones: notingZones(world, noting),
    },
  };
}

type Noting = <A extends unknown[], R>(
  write: (...args: A) => Promise<R>,
  describe: (...args: A) => string[],
) => (...args: A) => Promise<R>;

function notingKubernetes(
  { kubernetes }: ConnectedWorld,
  noting: Noting,
): ConnectedWorld["kubernetes"] {
  return {
    version: () => kubernetes.version(),
    get: (ref) => kubernetes.get(ref),
    list: (kind, options) => kubernetes.list(kind, options),
    observe: (kind, options, signal) => kubernetes.observe(kind, options, signal),
    logs: (query) => kubernetes.logs(query),
    review: (requests) => kubernetes.review(requests),
    create: (object) => kubernetes.create(object),
    replace: (object) => kubernetes.replace(object),
    apply: noting(
      (objects) => kubernetes.apply(objects),
      (objects) => objects.map((object) => `applied ${nameOfObject(object)}`),
    ),
    patch: noting(
      (ref, patch) => kubernetes.patch(ref, patch),
      (ref) => [`patched ${nameOfRef(ref)}`],
    ),
    delete: noting(
      (refs) => kubernetes.delete(refs),
      (refs) => refs.map((ref) => `deleted ${nameOfRef(ref)}`),
    ),
  };
}

function notingCharts({ charts }: ConnectedWorld, noting: Noting): ConnectedWorld["charts"] {
  return {
    list: () => charts.list(),
    apply: noting(
      (request, options) => charts.apply(request, options),
      ({ name, namespace }) => [`installed helm release ${namespace}/${name}`],
    ),
    rollback: noting(
      (name, namespace) => charts.rollback(name, namespace),
      (name, namespace) => [`rolled back helm release ${namespace}/${name}`],
    ),
    uninstall: noting(
      (name, namespace) => charts.uninstall(name, namespace),
      (name, namespace) => [`uninstalled helm release ${namespace}/${name}`],
    ),
  };
}

function notingIdentity({ identity }: ConnectedWorld, noting: Noting): ConnectedWorld["identity"] {
  return {
    findPolicy: (arn) => identity.findPolicy(arn),
    findRole: (name) => identity.findRole(name),
    findOidcProvider: (issuer) => identity.findOidcProvider(issuer),
    listAssociations: (cluster, filter) => identity.listAssociations(cluster, filter),
    simulate: (simulations) => identity.simulate(simulations),
    createPolicy: noting(
      (policy) => identity.createPolicy(policy),
      ({ name }) => [`created IAM policy ${name}`],
    ),
    updatePolicy: noting(
      (arn, document) => identity.updatePolicy(arn, document),
      (arn) => [`updated IAM policy ${arn}`],
    ),
    deletePolicy: noting(
      (arn) => identity.deletePolicy(arn),
      (arn) => [`deleted IAM policy ${arn}`],
    ),
    createRole: noting(
      (role) => identity.createRole(role),
      ({ name }) => [`created IAM role ${name}`],
    ),
    updateTrust: noting(
      (name, trust) => identity.updateTrust(name, trust),
      (name) => [`updated the trust of IAM role ${name}`],
    ),
    attachPolicy: noting(
      (role, arn) => identity.attachPolicy(role, arn),
      (role, arn) => [`attached ${arn} to IAM role ${role}`],
    ),
    detachPolicy: noting(
      (role, arn) => identity.detachPolicy(role, arn),
      (role, arn) => [`detached ${arn} from IAM role ${role}`],
    ),
    deleteRole: noting(
      (name) => identity.deleteRole(name),
      (name) => [`deleted IAM role ${name}`],
    ),
    createOidcProvider: noting(
      (provider) => identity.createOidcProvider(provider),
      ({ issuer }) => [`created IAM OIDC provider ${issuer}`],
    ),
    deleteOidcProvider: noting(
      (arn) => identity.deleteOidcProvider(arn),
      (arn) => [`deleted IAM OIDC provider ${arn}`],
    ),
    createAssociation: noting(
      (association) => identity.createAssociation(association),
      ({ namespace, serviceAccount }) => [
        `created Pod Identity association for ${namespace}/${serviceAccount}`,
      ],
    ),
    updateAssociation: noting(
      (cluster, id, roleArn) => identity.updateAssociation(cluster, id, roleArn),
      (_cluster, id) => [`updated Pod Identity association ${id}`],
    ),
    deleteAssociation: noting(
      (cluster, id) => identity.deleteAssociation(cluster, id),
      (_cluster, id) => [`deleted Pod Identity association ${id}`],
    ),
  };
}

function notingClusters({ clusters }: ConnectedWorld, noting: Noting): ConnectedWorld["clusters"] {
  return {
    list: () => clusters.list(),
    find: (name) => clusters.find(name),
    listAddons: (cluster) => clusters.listAddons(cluster),
    createAddon: noting(
      (cluster, name, tags) => clusters.createAddon(cluster, name, tags),
      (_cluster, name) => [`created EKS add-on ${name}`],
    ),
    deleteAddon: noting(
      (cluster, name) => clusters.deleteAddon(cluster, name),
      (_cluster, name) => [`deleted EKS add-on ${name}`],
    ),
  };
}

function notingZones({ zones }: ConnectedWorld, noting: Noting): ConnectedWorld["zones"] {
  return {
    list: () => zones.list(),
    find: (id) => zones.find(id),
    nameServers: (id) => zones.nameServers(id),
    listRecords: (zoneId, names) => zones.listRecords(zoneId, names),
    deleteRecords: noting(
      (zoneId, records) => zones.deleteRecords(zoneId, records),
      (_zoneId, records) => records.map(({ name, type }) => `deleted record ${name} ${type}`),
    ),
  };
}

const nameOfObject = ({ kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

const nameOfRef = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
