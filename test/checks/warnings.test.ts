import { describe, expect, test } from "vitest";
import { listWarnings } from "../../src/checks/warnings.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { objectOf } from "../facts/fakes/fake-kubernetes.ts";
import { readState } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

let second = 0;
/** `Kind namespace/name`, or `Kind name`; each later than the one before. */
function warn(about: string): KubernetesObject {
  second += 1;
  const [kind = "", place = ""] = about.split(" ");
  const [name = "", namespace] = place.split("/").toReversed();
  const lastTimestamp = new Date(Date.UTC(2026, 10, 23, 13, 0, second)).toISOString();
  return objectOf("v1", "Event", `event-${second}`, {
    metadata: { namespace: namespace ?? "default" },
    type: "Warning",
    reason: "Failed",
    message: "it failed",
    lastTimestamp,
    involvedObject: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
  });
}

async function list(state: string, ...about: string[]): Promise<string[]> {
  const read = readState(state);
  const objects = [...read.objects.filter(({ kind }) => kind !== "Event"), ...about.map(warn)];
  const { world, survey } = buildStateWorld({ ...read, objects });
  const { survey: whole, facts } = await readStatusFacts(world, survey);
  return listWarnings(whole, facts).map(({ object }) => object);
}

const ours = [
  "Pod gateway-tls/cm-acme-http-solver-x2x4p",
  "Pod nginx-gateway/nginx-gateway-fabric-7d9c5b6f4-x2x4p",
  "Deployment external-dns/external-dns",
  "Pod cert-manager/cert-manager-5b6f4-x2x4p",
  "ClusterIssuer gateway-tls-production",
  "GatewayClass nginx",
];
const others = [
  "Pod shop/worker-1",
  "Service shop/worker",
  "Pod kube-system/coredns-1",
  "ClusterIssuer another",
  "Node ip-10-0-0-1",
];

describe("the warnings of --verbose", () => {
  test.each(["healthy", "hand-made"])("are about what status looks at: %s", async (state) => {
    const found = await list(state, ...ours, ...others);
    expect(found.filter((one) => others.includes(one))).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(ours.slice(0, 4)));
  });

  test("a cluster's thousand others hide none of them", async () => {
    const storm = Array.from({ length: 1000 }, (_, index) => `Pod batch/job-${index}`);
    expect(await list("healthy", ...ours, ...storm)).toEqual(ours);
  });

  test("in the backends' namespaces: about the Services and routes of the hosts", async () => {
    const about = [
      "Service gateway-tls-sample/coffee",
      "HTTPRoute gateway-tls-sample/www.example.com",
      "Service gateway-tls-sample/tea",
    ];
    expect(await list("healthy", ...about)).toEqual(about.slice(0, 2));
  });
});
