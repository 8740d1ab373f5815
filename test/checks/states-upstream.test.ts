import { describe, expect, test } from "vitest";
import { findCrdSchema, findProblems, hasUpstreamData } from "../support/upstream.ts";
import { keyOf, readStates } from "./state-file.ts";

const GATEWAY_API = "crds/gateway-api-1.5.1-standard.yaml";
const CERT_MANAGER = "crds/cert-manager-1.21.1.yaml";
const schemas: Record<string, [path: string, version: string]> = {
  Gateway: [GATEWAY_API, "v1"],
  GatewayClass: [GATEWAY_API, "v1"],
  HTTPRoute: [GATEWAY_API, "v1"],
  ClusterIssuer: [CERT_MANAGER, "v1"],
  Certificate: [CERT_MANAGER, "v1"],
  CertificateRequest: [CERT_MANAGER, "v1"],
  Order: [CERT_MANAGER, "v1"],
  Challenge: [CERT_MANAGER, "v1"],
};

/** Its point is a shape that no API server would have let in. */
const MALFORMED = "status-of-unknown-shape";

describe.skipIf(!hasUpstreamData)("the objects of every state are what an API server takes", () => {
  const objects = readStates()
    .filter(({ name }) => name !== MALFORMED)
    .flatMap(({ name, objects }) => objects.map((object) => ({ name, object })));
  test.each(Object.entries(schemas))("%s", (kind, [path, version]) => {
    const schema = findCrdSchema(path, kind, version);
    const distinct = new Map(
      objects
        .filter(({ object }) => object.kind === kind)
        .map(({ name, object }) => [JSON.stringify(object), { name, object }]),
    );
    expect(distinct.size).toBeGreaterThan(0);
    const problems = [...distinct.values()].flatMap(({ name, object }) =>
      findProblems(schema, object).map((problem) => `${name}: ${keyOf(object)} ${problem}`),
    );
    expect(problems).toEqual([]);
  });
});
