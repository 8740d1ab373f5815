import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { buildCrd } from "../../src/sandbox/charts/crd.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";
import { takeDown } from "../support/take-down.ts";

let directory: string;
let sandbox: Sandbox;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-used-crds-"));
  sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  await bringUp(sandbox);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const GATEWAY = "gateway.networking.k8s.io/v1";
const CERTIFICATES = "cert-manager.io/v1";
const ACME = "acme.cert-manager.io/v1";

/** An object with nothing in it that belongs to `owner`. */
function plant(
  apiVersion: string,
  kind: string,
  owner: KubernetesObject,
  namespace = "shop",
): KubernetesObject {
  const { name, uid = "" } = owner.metadata;
  const ownerReferences = [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid }];
  const metadata = { name: "web", namespace, ownerReferences };
  return sandbox.simulation.store.create({ apiVersion, kind, metadata, spec: {} });
}

function plantOwner(apiVersion: string, kind: string): KubernetesObject {
  const metadata = { name: "web", namespace: "shop" };
  return sandbox.simulation.store.create({ apiVersion, kind, metadata, spec: {} });
}

const plantIngress = () => plantOwner("networking.k8s.io/v1", "Ingress");

/** An object of an operator's own kind. */
function plantOperated(): KubernetesObject {
  const group = "serving.knative.dev";
  const sketch = { group, kind: "Route", plural: "routes", versions: ["v1"], namespaced: true };
  const conditions = [{ type: "Established", status: "True" }];
  sandbox.simulation.store.create({ ...buildCrd(sketch), status: { conditions } });
  return plantOwner(`${group}/v1`, "Route");
}

function plantRequest(): KubernetesObject {
  const certificate = plant(CERTIFICATES, "Certificate", plantIngress());
  return plant(CERTIFICATES, "CertificateRequest", certificate);
}

const takeCrds = () => takeDown(sandbox, { options: { deleteCrds: true } });

describe("--delete-crds is refused for what belongs to somebody", () => {
  it.each([
    ["the Certificate of an Ingress", () => plant(CERTIFICATES, "Certificate", plantIngress())],
    ["what was asked for such a Certificate", plantRequest],
    ["an operator's HTTPRoute", () => plant(GATEWAY, "HTTPRoute", plantOperated())],
    ["an operator's Gateway", () => plant(GATEWAY, "Gateway", plantOperated())],
  ])("%s", async (_, make) => {
    const { kind } = make();
    await expect(takeCrds()).rejects.toMatchObject({
      code: "GT-CRDS-IN-USE",
      message: expect.stringContaining(`${kind} shop/web`) as unknown,
    });
  });
});

/** From our Gateway's Certificate down to the route that answers the CA. */
function plantIssuance(): void {
  const { store } = sandbox.simulation;
  const certificate = store.findKind("Certificate", "www.example.com-tls", "gateway-tls");
  if (certificate === undefined) throw new Error("init makes it");
  const request = plant(CERTIFICATES, "CertificateRequest", certificate, "gateway-tls");
  const order = plant(ACME, "Order", request, "gateway-tls");
  const challenge = plant(ACME, "Challenge", order, "gateway-tls");
  plant(GATEWAY, "HTTPRoute", challenge, "gateway-tls");
}

/** As they are when cert-manager was there before us. */
function giveAwayCertManagerCrds(): void {
  const { store } = sandbox.simulation;
  for (const crd of store.all("CustomResourceDefinition")) {
    if (!crd.metadata.name.endsWith("cert-manager.io")) continue;
    store.update(crd, ({ metadata }) => {
      metadata.labels = {};
      metadata.annotations = {};
    });
  }
}

describe("--delete-crds is not refused for an issuance for our Gateway", () => {
  it.each([
    ["with our cert-manager", () => undefined],
    ["with a cert-manager of others, whose CRDs stay", giveAwayCertManagerCrds],
  ])("%s", async (_, arrange) => {
    arrange();
    plantIssuance();
    expect((await takeCrds()).error).toBeUndefined();
  });
});
