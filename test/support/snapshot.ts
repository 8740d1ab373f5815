import type { Sandbox } from "../../src/sandbox/sandbox.ts";

/**
 * Left out: CRDs and the admission policies of their bundle stay by design (and with them a
 * GatewayClass never does); Events and the Lease tell what happened, not what is. What the API
 * server counts up (versions, uids, times) and the virtual clock's timers differ by themselves.
 */
const LEFT_OUT = [
  "CustomResourceDefinition",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "Event",
  "Lease",
];

/** Everything that exists in the sandbox's world, comparable between two moments. */
export function snapshot({ simulation }: Sandbox): Record<string, unknown> {
  const { objects, releases, aws, loadBalancers } = simulation.state;
  const kept = Object.entries(objects)
    .filter(([, { kind }]) => !LEFT_OUT.includes(kind))
    .map(([key, object]): [string, unknown] => {
      const {
        uid: _,
        resourceVersion: __,
        generation: ___,
        creationTimestamp,
        managedFields = [],
        ...metadata
      } = object.metadata;
      const { status: ____, ...rest } = object;
      const made = creationTimestamp !== undefined;
      const managers = managedFields.map(({ time: _____, ...manager }) => manager);
      return [key, { ...rest, metadata: { ...metadata, managers, made } }];
    });
  return structuredClone({
    objects: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
    releases,
    aws,
    loadBalancers,
  });
}

/**
 * Without what names itself by chance or by the time: requests, orders, keys, Secrets' bytes,
 * visibility, uids, and the load balancer, which is named after the uid of its Service.
 */
export function comparable(world: Record<string, unknown>): unknown {
  const kept = Object.entries(Object(world["objects"])).filter(
    ([key]) =>
      !/(CertificateRequest|Order|Challenge|Secret|Pod|ReplicaSet|EndpointSlice)\|/.test(key),
  );
  const text = JSON.stringify([kept, world["aws"]]);
  return JSON.parse(
    text
      .replaceAll(/"visibleFrom":\d+/g, '"visibleFrom":0')
      .replaceAll(/"id":"a-[0-9a-z]+"/g, '"id":"any"')
      .replaceAll(/"uid":"[0-9a-f-]+"/g, '"uid":"any"')
      .replaceAll(/k8s-gatewayt-gatewayt-[0-9a-f]+-[0-9a-f]+/g, "load-balancer"),
  );
}
