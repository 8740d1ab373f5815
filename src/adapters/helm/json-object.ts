import * as v from "valibot";
import type { Json, JsonObject } from "../../json.ts";

const JsonSchema: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(JsonSchema), JsonObjectSchema]),
);

/** Any JSON object. */
export const JsonObjectSchema: v.GenericSchema<JsonObject> = v.record(v.string(), JsonSchema);
