import { describe, expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import type { Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import { at, list, text } from "../../src/sandbox/fields.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import {
  addressOf,
  bringUp,
  condition,
  getGateway,
  installCrds,
  installRelease,
  newSandbox,
  until,
} from "./bring-up.ts";
import { gateway, route } from "./manifests.ts";

async function withGateway(sandbox: Sandbox, live = gateway()): Promise<Kubernetes> {
  const { kubernetes } = await sandbox.connect(undefined, {});
  await installCrds(sandbox);
  await installRelease(sandbox, "nginx");
  await kubernetes.apply([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "gateway-tls" } },
    live,
  ]);
  await sandbox.clock.sleep(2_000);
  return kubernetes;
}

const getRoute = async (kubernetes: Kubernetes, name = "www") => {
  const found = await kubernetes.get({ kind: kinds.HTTPRoute, name, namespace: "shop" });
  return list(at(found, "status", "parents")).map((parent) => ({ status: parent }));
};
const acceptedOf = async (kubernetes: Kubernetes) => {
  const [parent] = await getRoute(kubernetes);
  const found = list(at(parent, "status", "conditions")).find(({ type }) => type === "Accepted");
  return `${text(found?.["status"])} ${text(found?.["reason"])}`;
};

describe("NGINX Gateway Fabric", () => {
  test.each([
    ["1.5.1", "True Accepted", "True"],
    ["1.4.0", "True Accepted", "False"],
    ["2.0.0", "False UnsupportedVersion", "False"],
  ])("its class over the CRDs of %s", async (version, accepted, supported) => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    await installCrds(sandbox, version);
    await installRelease(sandbox, "nginx");
    await sandbox.clock.sleep(2_000);
    const found = await kubernetes.get({ kind: kinds.GatewayClass, name: "nginx" });
    const { status, reason } = condition(found, "Accepted") ?? {};
    expect(`${status} ${reason}`).toBe(accepted);
    expect(condition(found, "SupportedVersion")?.status).toBe(supported);
  });

  test("an HTTPS listener without its Secret is the alarming, normal bootstrap", async () => {
    const kubernetes = await withGateway(await newSandbox(), gateway({ https: true }));
    const live = await getGateway(kubernetes);
    expect(condition(live, "Accepted")).toMatchObject({
      status: "True",
      reason: "ListenersNotValid",
    });
    const https = list(at(live, "status", "listeners")).find(({ name }) => name === "https-www");
    const told = list(https?.["conditions"]).map(
      ({ type, status, reason }) => `${text(type)}=${text(status)}/${text(reason)}`,
    );
    expect(told).toEqual([
      "Accepted=False/InvalidCertificateRef",
      "Programmed=False/Invalid",
      "ResolvedRefs=False/InvalidCertificateRef",
      "Conflicted=False/NoConflicts",
    ]);
  });

  test.each<[string, (found: KubernetesObject) => void]>([
    ["False InvalidListener", (found) => setSection(found, "https-www")],
    ["False NoMatchingParent", (found) => setSection(found, "nowhere")],
    ["True Accepted", (found) => setSection(found, "http")],
    ["False NotAllowedByListeners", (found) => (found.metadata.namespace = "default")],
  ])("a route is %s", async (expected, change) => {
    const sandbox = await newSandbox();
    const kubernetes = await withGateway(sandbox, gateway({ https: true }));
    const changed = route(["http"]);
    change(changed);
    await kubernetes.apply([changed]);
    await sandbox.clock.sleep(1_000);
    const { namespace = "" } = changed.metadata;
    const found = await kubernetes.get({ kind: kinds.HTTPRoute, name: "www", namespace });
    const [parent] = list(at(found, "status", "parents"));
    const accepted = list(parent?.["conditions"]).find(({ type }) => type === "Accepted");
    expect(`${text(accepted?.["status"])} ${text(accepted?.["reason"])}`).toBe(expected);
  });

  test("two listeners of one port and host are in conflict", async () => {
    const twice = gateway();
    const spec = {
      gatewayClassName: "nginx",
      listeners: ["a", "b"].map((name) => ({ name, port: 80, protocol: "HTTP" })),
    };
    const kubernetes = await withGateway(await newSandbox(), { ...twice, spec });
    const live = await getGateway(kubernetes);
    expect(condition(live, "Accepted")?.status).toBe("False");
    const [first] = list(at(live, "status", "listeners"));
    const conflicted = list(first?.["conditions"]).find(({ type }) => type === "Conflicted");
    expect(conflicted).toMatchObject({ status: "True", reason: "HostnameConflict" });
  });

  test("a backend that is not there leaves the route accepted and its references open", async () => {
    const sandbox = await newSandbox();
    const kubernetes = await withGateway(sandbox);
    const wanted = route(["http"]);
    const rules = [{ backendRefs: [{ name: "absent", port: 80 }] }];
    await kubernetes.apply([{ ...wanted, spec: { ...Object(wanted["spec"]), rules } }]);
    await sandbox.clock.sleep(1_000);
    expect(await acceptedOf(kubernetes)).toBe("True Accepted");
    const [parent] = await getRoute(kubernetes);
    expect(list(at(parent, "status", "conditions"))[1]).toMatchObject({
      status: "False",
      reason: "BackendNotFound",
    });
  });
});

function setSection(found: KubernetesObject, sectionName: string): void {
  for (const ref of list(at(found, "spec", "parentRefs"))) ref["sectionName"] = sectionName;
}

describe("the load balancer", () => {
  test("has an address after a minute, and is internet-facing only when asked for", async () => {
    for (const [scheme, prefix] of [
      ["internet-facing", "203.0.113."],
      [undefined, "10.0.1."],
    ]) {
      const sandbox = await newSandbox();
      const wanted = gateway();
      const infrastructure = {
        annotations:
          scheme === undefined
            ? {}
            : { "service.beta.kubernetes.io/aws-load-balancer-scheme": scheme },
      };
      const spec = { ...Object(wanted["spec"]), infrastructure };
      const kubernetes = await withGateway(sandbox, { ...wanted, spec });
      await sandbox.clock.sleep(50_000);
      expect(await addressOf(kubernetes)).toBeUndefined();
      await sandbox.clock.sleep(15_000);
      const name = (await addressOf(kubernetes)) ?? "";
      expect(name).toMatch(/^k8s-.*\.elb\.eu-west-1\.amazonaws\.com$/);
      const { answers } = await sandbox.resolver.query(name, "A");
      expect(answers.every(({ value }) => value.startsWith(prefix ?? "?"))).toBe(true);
      expect(answers).toHaveLength(2);
    }
  });

  test("goes with its Gateway", async () => {
    const sandbox = await newSandbox();
    const kubernetes = await bringUp(sandbox);
    await until(sandbox, () => addressOf(kubernetes));
    const ref = { kind: kinds.Gateway, name: "gateway", namespace: "gateway-tls" };
    await kubernetes.delete([ref]);
    const services = () => kubernetes.list(kinds.Service, { namespace: "gateway-tls" });
    expect(await services()).toHaveLength(1);
    await until(sandbox, async () => (await services()).length === 0);
    expect(sandbox.simulation.state.loadBalancers).toEqual({});
  });
});
