import * as v from "valibot";
import type { ResourceKind } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";

const Strings = v.record(v.string(), v.string());

const MetaSchema = v.looseObject({
  name: v.string(),
  namespace: v.exactOptional(v.string()),
  uid: v.exactOptional(v.string()),
  resourceVersion: v.exactOptional(v.string()),
  generation: v.exactOptional(v.number()),
  creationTimestamp: v.exactOptional(v.string()),
  deletionTimestamp: v.exactOptional(v.string()),
  labels: v.exactOptional(Strings),
  annotations: v.exactOptional(Strings),
  finalizers: v.exactOptional(v.array(v.string())),
  ownerReferences: v.exactOptional(
    v.array(
      v.looseObject({
        apiVersion: v.string(),
        kind: v.string(),
        name: v.string(),
        uid: v.string(),
      }),
    ),
  ),
  managedFields: v.exactOptional(
    v.array(
      v.looseObject({
        manager: v.string(),
        operation: v.string(),
        time: v.exactOptional(v.string()),
        subresource: v.exactOptional(v.string()),
        fieldsV1: v.exactOptional(v.record(v.string(), v.unknown())),
      }),
    ),
  ),
});

const ObjectSchema = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: MetaSchema,
});

const ListSchema = v.object({
  metadata: v.object({
    resourceVersion: v.optional(v.string(), ""),
    continue: v.optional(v.string(), ""),
  }),
  items: v.nullable(v.array(v.looseObject({ metadata: MetaSchema }))),
});

/** One answer of a list that is asked for in pieces. */
export interface Page {
  items: KubernetesObject[];
  resourceVersion: string;
  /** Empty on the last page. */
  continueToken: string;
}

/** Throws valibot's error for what lacks a field that every object has. */
export function parseObject(value: unknown): KubernetesObject {
  return v.parse(ObjectSchema, value);
}

/** The items of a list do not say what they are: its kind does. */
export function parsePage(value: unknown, { apiVersion, kind }: ResourceKind): Page {
  const { metadata, items } = v.parse(ListSchema, value);
  return {
    items: (items ?? []).map((item) => ({ ...item, apiVersion, kind })),
    resourceVersion: metadata.resourceVersion,
    continueToken: metadata.continue,
  };
}

const StatusSchema = v.object({ kind: v.literal("Status"), message: v.string() });

/** The message of a Status, or the text itself: the proxy answers in plain words. */
export function parseStatusMessage(text: string): string {
  try {
    const status = v.safeParse(StatusSchema, JSON.parse(text));
    return status.success ? status.output.message : text;
  } catch {
    return text;
  }
}

const WatchEventSchema = v.object({
  type: v.picklist(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]),
  object: v.unknown(),
});

const BookmarkSchema = v.object({ metadata: v.object({ resourceVersion: v.string() }) });

/** A bookmark carries no change: it says from where a broken watch can go on. */
export type WatchEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: KubernetesObject }
  | { type: "BOOKMARK"; resourceVersion: string }
  /** 410 Gone, most often: list again. */
  | { type: "ERROR" };

/** One line of a watch. */
export function parseWatchEvent(line: string): WatchEvent {
  const { type, object } = v.parse(WatchEventSchema, JSON.parse(line));
  if (type === "ERROR") return { type };
  if (type === "BOOKMARK") {
    return { type, resourceVersion: v.parse(BookmarkSchema, object).metadata.resourceVersion };
  }
  return { type, object: parseObject(object) };
}
