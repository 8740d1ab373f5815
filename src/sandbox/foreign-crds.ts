import type { KubernetesObject } from "../ports/kubernetes.ts";
import { applyObject } from "./apply-object.ts";
import { buildCrdBundle } from "./charts/gateway-api-crds.ts";
import type { Simulation } from "./simulation.ts";
import { ownByUpdate } from "./store/server-side-apply.ts";

const OWNER = "platform-team";
const VERSION = "1.2.1";
/** Of Gateway API 1.5; it lets no older version in. */
const POLICIES = ["ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"];

/**
 * Somebody else's CRDs of an older version: made, or put in the place of those that are there, as
 * `kubectl replace` does it, which asks no field manager.
 */
export function putForeignCrds(simulation: Simulation): void {
  const { store, state } = simulation;
  const theirs = buildCrdBundle(VERSION).map(labelTheirs);
  const live = theirs.flatMap((crd) => store.findKind(crd.kind, crd.metadata.name) ?? []);
  if (live.length === 0) {
    for (const crd of theirs) applyObject(simulation, crd, OWNER);
    return;
  }
  const policies = POLICIES.flatMap((kind) => store.all(kind));
  state.replaced = structuredClone([...live, ...policies]);
  for (const policy of policies) store.remove(policy);
  for (const crd of theirs) {
    const old = store.findKind(crd.kind, crd.metadata.name);
    if (old !== undefined) store.put(old, replaceBy(old, crd));
  }
}

/** Takes them away again, or puts back what was there before. */
export function removeForeignCrds({ store, state }: Simulation): void {
  for (const before of state.replaced ?? []) {
    const live = store.findKind(before.kind, before.metadata.name);
    if (live === undefined) store.create(before);
    else store.put(live, before);
  }
  delete state.replaced;
  for (const crd of store.all("CustomResourceDefinition")) {
    if (crd.metadata.labels?.["app.kubernetes.io/managed-by"] === OWNER) store.remove(crd);
  }
}

function labelTheirs(crd: KubernetesObject): KubernetesObject {
  const labels = { "app.kubernetes.io/managed-by": OWNER };
  return { ...crd, metadata: { ...crd.metadata, labels } };
}

function replaceBy(old: KubernetesObject, crd: KubernetesObject): KubernetesObject {
  const { labels = {}, annotations = {} } = crd.metadata;
  const { spec } = crd;
  const metadata = { ...old.metadata, labels, annotations };
  return ownByUpdate(
    { ...old, spec, metadata },
    { spec, metadata: { labels, annotations } },
    OWNER,
  );
}
