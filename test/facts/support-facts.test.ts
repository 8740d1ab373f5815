import { describe, expect, test } from "vitest";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import { readSupportFacts } from "../../src/facts/support-facts.ts";
import { objectOf } from "./fakes/fake-kubernetes.ts";
import { readState } from "../checks/state-file.ts";
import { buildStateWorld } from "../checks/state-world.ts";

const issuer = objectOf("cert-manager.io/v1", "Issuer", "letsencrypt", {
  metadata: { namespace: "gateway-tls" },
});

/** The parts are where somebody else put them. */
async function readMoved() {
  const state = readState("hand-made");
  const objects = state.objects.map((object) => {
    const { metadata } = object;
    if (metadata.namespace !== "external-dns") return object;
    return { ...object, metadata: { ...metadata, namespace: "dns-system" } };
  });
  const logs = { "dns-system/external-dns": ["in dns-system"], "cert-manager": ["as ever"] };
  const { world, survey } = buildStateWorld({ ...state, objects: [...objects, issuer], logs });
  const looked = await readStatusFacts(world, survey);
  const tools = { versions: async () => ({ kubectl: "1.34.0", helm: "4.2.4" }) };
  return readSupportFacts({ ...world, tools }, looked);
}

describe("the support facts of an installation made by hand", () => {
  test("are of the namespaces where its parts run", async () => {
    const { logs, objects, unread } = await readMoved();
    expect(unread).toEqual([]);
    expect(logs["external-dns"]).toEqual(["in dns-system"]);
    expect(logs["cert-manager"]).toEqual(["as ever"]);
    const deployments = (objects["deployments"] ?? []).map(({ object }) => object.metadata);
    expect(deployments.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(
      expect.arrayContaining([
        "dns-system/external-dns",
        "nginx-gateway/nginx-gateway-fabric",
        "cert-manager/cert-manager",
      ]),
    );
  });

  test("have the Issuers of the Gateways' namespaces", async () => {
    const { objects } = await readMoved();
    expect(objects["issuers"]?.map(({ object }) => object.metadata.name)).toEqual(["letsencrypt"]);
  });

  test("tell what belongs to the parts from what is somebody else's", async () => {
    const { objects } = await readMoved();
    const foreign = (objects["deployments"] ?? []).filter((one) => one.foreign);
    expect(foreign).toEqual([]);
  });
});
