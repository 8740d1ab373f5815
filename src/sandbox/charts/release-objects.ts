import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { UserError } from "../../errors.ts";
import { applyObject } from "../apply-object.ts";
import type { Simulation } from "../simulation.ts";

const MANAGED_BY = "app.kubernetes.io/managed-by";
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

interface ReleaseKey {
  name: string;
  namespace: string;
}

/** With what helm writes on every object of a release. */
export function owned(object: KubernetesObject, release: ReleaseKey): KubernetesObject {
  if (isOfCrdsFolder(object) || isHook(object)) return object;
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [MANAGED_BY]: "Helm" },
      annotations: {
        ...annotations,
        [RELEASE_NAME]: release.name,
        [RELEASE_NAMESPACE]: release.namespace,
      },
    },
  };
}

/** A chart's `crds/` folder is applied without labels, and never upgraded or removed. */
function isOfCrdsFolder({ kind, metadata }: KubernetesObject): boolean {
  return kind === "CustomResourceDefinition" && metadata.labels === undefined;
}

/** Made anew before each use, and by its `before-hook-creation` never taken away. */
function isHook({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.["helm.sh/hook"] !== undefined;
}

/** `GT-RELEASE-OWNERSHIP`, in helm's words, for objects that exist and are not this release's. */
export function refuseForeign(
  { store }: Simulation,
  objects: readonly KubernetesObject[],
  release: ReleaseKey,
): void {
  for (const object of objects.filter((one) => !isOfCrdsFolder(one) && !isHook(one))) {
    const live = store.find({ ...object, ...object.metadata });
    if (live === undefined) continue;
    const problem = ownershipProblem(live, release);
    if (problem === undefined) continue;
    const { name, namespace = "" } = object.metadata;
    throw new UserError(
      "GT-RELEASE-OWNERSHIP",
      `${object.kind} "${name}" in namespace "${namespace}" exists and cannot be imported into the current release: invalid ownership metadata; ${problem}.`,
      { hint: `Remove ${object.kind} ${name} if nobody needs it, or choose another namespace.` },
    );
  }
}

function ownershipProblem(live: KubernetesObject, release: ReleaseKey): string | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  const manager = labels[MANAGED_BY];
  if (manager !== "Helm") {
    const current = manager === undefined ? "missing key" : `key "${MANAGED_BY}" must equal "Helm"`;
    const shown =
      manager === undefined
        ? `"${MANAGED_BY}": must be set to "Helm"`
        : `current value is "${manager}"`;
    return `label validation error: ${current}${manager === undefined ? " " : ": "}${shown}`;
  }
  const mismatch = (key: string, wanted: string): string | undefined =>
    annotations[key] === wanted
      ? undefined
      : `annotation validation error: key "${key}" must equal "${wanted}": current value is "${annotations[key] ?? ""}"`;
  return mismatch(RELEASE_NAME, release.name) ?? mismatch(RELEASE_NAMESPACE, release.namespace);
}

/** Applies what a chart rendered; objects of the release that it no longer renders go. */
export function applyRelease(
  simulation: Simulation,
  objects: readonly KubernetesObject[],
  release: ReleaseKey,
): void {
  const { store } = simulation;
  for (const object of objects) {
    const exists = store.find({ ...object, ...object.metadata }) !== undefined;
    if (!(exists && isOfCrdsFolder(object))) applyObject(simulation, object, "helm");
  }
  const kept = new Set(objects.map(placeOf));
  for (const live of objectsOf(simulation, release)) {
    if (!kept.has(placeOf(live))) removeUnlessKept(simulation, live);
  }
}

/** As `helm uninstall`: what says `resource-policy: keep` stays. */
export function removeRelease(simulation: Simulation, release: ReleaseKey): void {
  for (const live of objectsOf(simulation, release)) removeUnlessKept(simulation, live);
}

function removeUnlessKept({ store }: Simulation, object: KubernetesObject): void {
  if (object.metadata.annotations?.["helm.sh/resource-policy"] !== "keep") store.remove(object);
}

function objectsOf({ store }: Simulation, { name, namespace }: ReleaseKey): KubernetesObject[] {
  return store
    .everything()
    .filter(
      ({ metadata }) =>
        metadata.labels?.[MANAGED_BY] === "Helm" &&
        metadata.annotations?.[RELEASE_NAME] === name &&
        metadata.annotations[RELEASE_NAMESPACE] === namespace,
    );
}

function placeOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
