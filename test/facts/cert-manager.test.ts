import { expect, test } from "vitest";
import { readCertManagers } from "../../src/facts/cert-manager.ts";
import { FakeKubernetes, objectOf } from "./fakes/fake-kubernetes.ts";

const controller = (args: string[], rest: object = {}) =>
  objectOf("apps/v1", "Deployment", "cert-manager", {
    metadata: {
      namespace: "cm",
      labels: {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
      },
      annotations: { "meta.helm.sh/release-name": "cm", "meta.helm.sh/release-namespace": "cm" },
    },
    spec: {
      template: {
        spec: {
          containers: [
            { name: "c", image: "quay.io/jetstack/cert-manager-controller:v1.20.2", args },
          ],
          ...rest,
        },
      },
    },
    status: { readyReplicas: 1 },
  });

test.each([
  ["no flag", [], {}, "disabled"],
  ["the flag", ["--enable-gateway-api"], {}, "enabled"],
  ["the flag, off", ["--enable-gateway-api=false"], {}, "disabled"],
  [
    "a file that is not there",
    ["--config=/x"],
    { volumes: [{ name: "c", configMap: { name: "gone" } }] },
    "unknown",
  ],
  [
    "a file, portable key",
    ["--config=/x"],
    { volumes: [{ name: "c", configMap: { name: "old" } }] },
    "enabled",
  ],
  [
    "a file, newer key",
    ["--config=/x"],
    { volumes: [{ name: "c", configMap: { name: "new" } }] },
    "enabled",
  ],
  [
    "a file without it",
    ["--config=/x"],
    { volumes: [{ name: "c", configMap: { name: "none" } }] },
    "disabled",
  ],
])("cert-manager's Gateway API setting: %s", async (_, args, rest, expected) => {
  const file = (name: string, text: string) =>
    objectOf("v1", "ConfigMap", name, {
      metadata: { namespace: "cm" },
      data: { "config.yaml": text },
    });
  const certManagers = await readCertManagers(
    new FakeKubernetes(
      controller(args, rest),
      file("old", "enableGatewayAPI: true\n"),
      file("new", "gatewayAPI:\n  enabled: true\n"),
      file("none", "logging:\n  verbosity: 2\n"),
    ),
  );
  expect(certManagers).toEqual({
    known: true,
    value: [
      {
        namespace: "cm",
        name: "cert-manager",
        version: "1.20.2",
        gatewayApi: expected,
        owner: { ours: false, name: "helm release cm/cm" },
        ready: true,
        stopped: false,
      },
    ],
  });
});
