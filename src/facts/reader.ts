import * as v from "valibot";
import type { KubernetesObject, ObjectMeta } from "../ports/kubernetes.ts";

type Schema = v.BaseSchema<unknown, object, v.BaseIssue<unknown>>;
/** `changedAt`: when anything but its status was changed last, as far as the API server says. */
export type Meta = ObjectMeta & { changedAt?: string };
/** What is read of an object, beside its metadata. */
export type Parsed<S extends Schema> = { metadata: Meta } & v.InferOutput<S>;

/** A parser that never throws: what is missing is empty. Moments are ISO 8601. */
export function reader<S extends Schema>(schema: S): (object: KubernetesObject) => Parsed<S> {
  return (object) => ({ metadata: lighten(object.metadata), ...v.parse(schema, object) });
}

/** Who manages the object stays; the list of every managed field is most of a small object. */
function lighten(metadata: ObjectMeta): Meta {
  const { managedFields, ...rest } = { ...metadata };
  if (managedFields === undefined) return metadata;
  const managers = managedFields.map(({ manager, operation }) => ({ manager, operation }));
  const changedAt = findLastChange(metadata);
  return { ...rest, managedFields: managers, ...(changedAt === undefined ? {} : { changedAt }) };
}

/** The newest moment at which a manager changed more than the status. */
export function findLastChange({ managedFields = [] }: ObjectMeta): string | undefined {
  return managedFields
    .filter(({ subresource }) => subresource !== "status")
    .flatMap(({ time }) => time ?? [])
    .toSorted()
    .at(-1);
}
