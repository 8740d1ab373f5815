import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { Lab } from "../lab.ts";
import { pause } from "../process.ts";
import { snapshotAccount } from "./aws-snapshot.ts";

/**
 * Left out of every comparison. Events and Leases tell what happened and who leads, not what is.
 * ComponentStatuses are measured anew at each look. Of every object: its status, and what the API
 * server counts up by itself (uid, versions, times, managedFields).
 */
const LEFT_OUT = ["events", "leases", "componentstatuses"];

/** Left out beside these where two ways to one end are compared: they are named by chance. */
const NAMED_BY_CHANCE = [
  "certificaterequests",
  "orders",
  "challenges",
  "pods",
  "endpointslices",
  "controllerrevisions",
];

export type Snapshot = Record<string, unknown>;

/** Every object of the API server and all of the account, when nothing moves any more. */
export async function snapshotWorld(lab: Lab): Promise<Snapshot> {
  let before = await readWorld(lab);
  for (let look = 0; look < 30; look += 1) {
    await pause(1000);
    const now = await readWorld(lab);
    if (isDeepStrictEqual(now, before)) return now;
    before = now;
  }
  throw new Error("The world did not come to rest within 30 looks.");
}

/** For two ways to one end: without what is named by chance, and without the bytes of Secrets. */
export function comparable(world: Snapshot): Snapshot {
  const entries = Object.entries(world).flatMap(([key, value]) => {
    const [resource = ""] = key.split(" ");
    if (NAMED_BY_CHANCE.includes(resource)) return [];
    return [[key, resource === "secrets" ? { ...Object(value), data: undefined } : value]];
  });
  return Object.fromEntries(entries);
}

async function readWorld(lab: Lab): Promise<Snapshot> {
  const [objects, account] = await Promise.all([readObjects(lab), snapshotAccount(lab)]);
  return { ...Object.fromEntries(objects.toSorted(([a], [b]) => (a < b ? -1 : 1))), account };
}

async function readObjects(lab: Lab): Promise<[string, unknown][]> {
  const { client } = lab.controlPlane;
  const paths = await findResources(lab);
  const lists = await Promise.all(
    paths.map(async ({ path, resource }) => {
      const objects = await client.list(path);
      return objects.map((object): [string, unknown] => {
        const { namespace = "", name } = object.metadata;
        return [`${resource} ${path} ${namespace}/${name}`, strip(object)];
      });
    }),
  );
  return lists.flat();
}

function strip({ status: _, metadata, ...rest }: KubernetesObject): unknown {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata;
  const owners = ownerReferences?.map(({ kind, name: owner }) => `${kind} ${owner}`);
  return { ...rest, metadata: { name, namespace, labels, annotations, finalizers, owners } };
}

interface Discovered {
  groups: { preferredVersion: { groupVersion: string } }[];
}

interface Resources {
  resources?: { name: string; verbs: string[] }[];
}

/** Everything that can be listed, in its preferred version. */
async function findResources({ controlPlane: { client } }: Lab) {
  const { body } = await client.send<Discovered>("GET", "/apis");
  const groups = body.groups.map(
    ({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`,
  );
  const found = await Promise.all(
    ["/api/v1", ...groups].map(async (group) => {
      const { body: list } = await client.send<Resources>("GET", group);
      return (list.resources ?? [])
        .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list"))
        .filter(({ name }) => !LEFT_OUT.includes(name))
        .map(({ name }) => ({ path: `${group}/${name}`, resource: name }));
    }),
  );
  return found.flat();
}
