import type { KubernetesObject } from "../ports/kubernetes.ts";
import { type Fields, fields, isFields } from "./fields.ts";
import {
  conflictError,
  notServedError,
  objectNotFound,
  rejectedError,
  terminatingError,
} from "./kubernetes-errors.ts";
import type { Simulation } from "./simulation.ts";
import { ownByUpdate, serverSideApply } from "./store/server-side-apply.ts";

/** The field manager of every write through the port. */
const OUR_MANAGER = "gateway-tls";

/** One server-side apply; `true` when it changed something. Throws as the API server refuses. */
export function applyObject(
  simulation: Simulation,
  object: KubernetesObject,
  manager = OUR_MANAGER,
): boolean {
  const { store } = simulation;
  const { name, namespace } = object.metadata;
  const kind = store.served(object);
  if (kind === undefined) throw notServedError(object);
  if (kind.namespaced) refuseBadNamespace(simulation, object, namespace);
  const live = store.find({ ...object, name, namespace });
  const outcome = serverSideApply(live, object, manager);
  if ("conflicts" in outcome) {
    const place = namespace === undefined ? name : `${namespace}/${name}`;
    throw conflictError(`${kind.kind} ${place}`, outcome.conflicts);
  }
  refuseInvalid(outcome.object);
  if (live === undefined) {
    store.create(outcome.object);
    return true;
  }
  return store.put(live, outcome.object) !== live;
}

function refuseBadNamespace(
  { store }: Simulation,
  object: KubernetesObject,
  namespace: string | undefined,
): void {
  const { name } = object.metadata;
  if (namespace === undefined) throw rejectedError(`${object.kind} "${name}" names no namespace`);
  const found = store.find({ apiVersion: "v1", kind: "Namespace", name: namespace });
  if (found === undefined) throw objectNotFound("namespaces", namespace);
  const isNew = store.find({ ...object, name, namespace }) === undefined;
  if (isNew && found.metadata.deletionTimestamp !== undefined) throw terminatingError(namespace);
}

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const LABEL_VALUE_LENGTH = 63;

/**
 * What no kind may have: labels that are none (apimachinery, pkg/util/validation). Throws
 * `GT-OBJECT-INVALID`, in the API server's words.
 */
export function refuseInvalid({ kind, metadata }: KubernetesObject): void {
  const values = Object.values(metadata.labels ?? {});
  const bad = values.find((one) => one.length > LABEL_VALUE_LENGTH || !LABEL_VALUE.test(one));
  if (bad === undefined) return;
  const rule =
    bad.length > LABEL_VALUE_LENGTH
      ? `must be no more than ${LABEL_VALUE_LENGTH} bytes`
      : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  throw rejectedError(
    `${kind} "${metadata.name}" is invalid: metadata.labels: Invalid value: "${bad}": ${rule}`,
  );
}

/** A JSON merge patch (RFC 7396), with its manager recorded. */
export function mergePatch(live: KubernetesObject, patch: Fields): KubernetesObject {
  const merged = fields(mergeJson(structuredClone(live), patch));
  const { apiVersion, kind } = live;
  const metadata = { ...fields(merged["metadata"]), ...identityOf(live) };
  return ownByUpdate({ ...merged, apiVersion, kind, metadata }, patch, OUR_MANAGER);
}

/** What no patch can change. */
function identityOf({ metadata }: KubernetesObject) {
  const { name, namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function mergeJson(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return structuredClone(patch);
  const merged: Fields = isFields(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergeJson(merged[name], value);
  }
  return merged;
}
