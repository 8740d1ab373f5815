import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject, ObjectMeta } from "../../src/ports/kubernetes.ts";
import * as objects from "../../src/facts/objects.ts";
import { objectOf } from "./fakes/fake-kubernetes.ts";

type Reader = (object: KubernetesObject) => { metadata: object };
const readers: Record<string, Reader> = {
  Gateway: objects.parseGateway,
  GatewayClass: objects.parseGatewayClass,
  HttpRoute: objects.parseHttpRoute,
  Certificate: objects.parseCertificate,
  CertificateRequest: objects.parseCertificateRequest,
  Order: objects.parseOrder,
  Challenge: objects.parseChallenge,
  ClusterIssuer: objects.parseClusterIssuer,
  Deployment: objects.parseDeployment,
  Service: objects.parseService,
  EndpointSlice: objects.parseEndpointSlice,
  Secret: objects.parseSecret,
  ConfigMap: objects.parseConfigMap,
  Namespace: objects.parseNamespace,
  Event: objects.parseEvent,
  CustomResourceDefinition: objects.parseCustomResourceDefinition,
};

test.each(Object.entries(readers))("%s never throws, whatever the object holds", (_, parse) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (spec, status) => {
      const object = objectOf("v1", "Any", "x", { spec, status, data: spec, endpoints: status });
      expect(parse(object).metadata).toBe(object.metadata);
    }),
  );
});

test("a Gateway as the cluster has it", () => {
  const gateway = objects.parseGateway(
    objectOf("gateway.networking.k8s.io/v1", "Gateway", "g", {
      spec: {
        gatewayClassName: "nginx",
        listeners: [
          { name: "http", port: 80, protocol: "HTTP" },
          {
            name: "x",
            hostname: "h",
            port: 443,
            protocol: "HTTPS",
            tls: { certificateRefs: [{ name: "s" }] },
          },
        ],
      },
      status: {
        addresses: [{ type: "Hostname", value: "lb.example.net" }],
        listeners: [{ name: "http", attachedRoutes: 1, conditions: [] }],
      },
    }),
  );
  expect(
    gateway.spec.listeners.map(({ name, tls }) => [
      name,
      tls.certificateRefs.map((ref) => ref.name),
    ]),
  ).toEqual([
    ["http", []],
    ["x", ["s"]],
  ]);
  expect(gateway.status.addresses[0]?.value).toBe("lb.example.net");
  expect(gateway.status.conditions).toEqual([]);
});

test("a Gateway without a status yet", () => {
  const gateway = objects.parseGateway(objectOf("gateway.networking.k8s.io/v1", "Gateway", "g"));
  expect(gateway.status).toEqual({ addresses: [], conditions: [], listeners: [] });
});

describe("conditions", () => {
  const condition = {
    type: "Ready",
    status: "True",
    reason: "R",
    message: "m",
    observedGeneration: 2,
  };
  const object = objectOf("v1", "Any", "x", { status: { conditions: [condition] } });

  test("are found in an object, a status, and a list", () => {
    const found = objects.findCondition(object, "Ready");
    expect(found).toMatchObject(condition);
    expect(
      objects.findCondition({ conditions: found === undefined ? [] : [found] }, "Ready"),
    ).toEqual(found);
    expect(objects.findCondition(found === undefined ? [] : [found], "Ready")).toEqual(found);
    expect(objects.findCondition(object, "Accepted")).toBeUndefined();
    expect(objects.findCondition(undefined, "Ready")).toBeUndefined();
  });

  test.each([
    [2, true],
    [1, true],
    [3, false],
    [undefined, true],
  ])("observed at 2, the object being at %s: current is %s", (generation, expected) => {
    expect(objects.isTrue(object, "Ready", generation)).toBe(expected);
  });
});

test("a Service's load balancer names", () => {
  const ingress = [{ hostname: "a.elb.amazonaws.com" }, { ip: "192.0.2.1" }, {}];
  const service = objectOf("v1", "Service", "s", { status: { loadBalancer: { ingress } } });
  expect(objects.findServiceIngress(service)).toEqual(["a.elb.amazonaws.com", "192.0.2.1"]);
});

test("of a read object stays who manages it, without the list of every field", () => {
  const fieldsV1 = { "f:spec": { "f:hostnames": {} } };
  const object = objectOf("gateway.networking.k8s.io/v1", "HTTPRoute", "r", {});
  object.metadata.managedFields = [{ manager: "helm", operation: "Apply", fieldsV1 }];
  object.metadata.labels = { app: "web" };
  expect(objects.parseHttpRoute(object).metadata).toEqual({
    name: "r",
    labels: { app: "web" },
    managedFields: [{ manager: "helm", operation: "Apply" }],
  });
  expect(object.metadata.managedFields).toEqual([
    { manager: "helm", operation: "Apply", fieldsV1 },
  ]);
});

test("an object was changed when anything but its status was", () => {
  const changed = (...managedFields: NonNullable<ObjectMeta["managedFields"]>) =>
    objects.findLastChange({ name: "r", managedFields });
  const entry = { manager: "m", operation: "Update" };
  const [early, late] = ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"];
  expect(changed({ ...entry, time: late }, { ...entry, time: early })).toBe(late);
  expect(changed({ ...entry, time: early }, { ...entry, time: late, subresource: "status" })).toBe(
    early,
  );
  expect(changed(entry)).toBeUndefined();
  expect(objects.findLastChange({ name: "r" })).toBeUndefined();
});
