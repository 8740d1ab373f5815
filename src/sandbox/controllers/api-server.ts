import type { Simulation } from "../simulation.ts";
import { findCondition } from "../conditions.ts";

const NAMESPACE_END_MS = 3_000;
/** An API server keeps Events for an hour; here the newest are enough. */
const EVENTS_KEPT = 200;

/** What the API server and its own controllers do: CRDs, garbage collection, namespaces. */
export function apiServer(simulation: Simulation): void {
  establishCrds(simulation);
  collectGarbage(simulation);
  endNamespaces(simulation);
  finishDeletions(simulation);
  const events = simulation.store.all("Event");
  for (const old of events.slice(0, Math.max(0, events.length - EVENTS_KEPT))) {
    simulation.store.erase(old);
  }
}

function establishCrds({ store }: Simulation): void {
  for (const crd of store.all("CustomResourceDefinition")) {
    if (findCondition(crd, "Established") !== undefined) continue;
    const lastTransitionTime = store.timestamp();
    store.setStatus(crd, {
      conditions: [
        {
          type: "NamesAccepted",
          status: "True",
          reason: "NoConflicts",
          message: "no conflicts found",
          lastTransitionTime,
        },
        {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
          lastTransitionTime,
        },
      ],
    });
  }
}

/** Objects whose owners are all gone go too; so do those of a kind that is not served any more. */
function collectGarbage({ store }: Simulation): void {
  const alive = new Set(store.everything().map(({ metadata }) => metadata.uid));
  for (const object of store.everything()) {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length > 0 && owners.every(({ uid }) => !alive.has(uid))) store.remove(object);
    else if (store.served(object) === undefined) store.erase(object);
  }
}

function endNamespaces(simulation: Simulation): void {
  const { store } = simulation;
  for (const namespace of store.all("Namespace")) {
    const { name, uid = "", deletionTimestamp } = namespace.metadata;
    if (deletionTimestamp === undefined) continue;
    if (!simulation.after(`${uid}/end`, NAMESPACE_END_MS)) continue;
    const inside = store.everything().filter(({ metadata }) => metadata.namespace === name);
    for (const object of inside) store.remove(object);
    const left = store.everything().some(({ metadata }) => metadata.namespace === name);
    if (!left) store.erase(namespace);
  }
}

function finishDeletions({ store }: Simulation): void {
  for (const object of store.everything()) {
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp === undefined || object.kind === "Namespace") continue;
    if (finalizers.length === 0) store.erase(object);
  }
}
