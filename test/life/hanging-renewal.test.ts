import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseCertificate } from "../../src/facts/objects.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";
import { unreachable } from "../support/unreachable.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-renewal-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const SECRET = "www.example.com-tls";

/** Ready, and issued anew for so long that nobody waits for it. */
function renewing(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Certificate" || object.metadata.name !== SECRET) return object;
  const { status } = parseCertificate(object);
  const issuing = { type: "Issuing", status: "True", reason: "Renewing", message: "" };
  return { ...object, status: { ...status, conditions: [...status.conditions, issuing] } };
}

function withHangingRenewal(world: ConnectedWorld): ConnectedWorld {
  const { kubernetes } = world;
  return {
    ...unreachable("www.example.com")(world),
    kubernetes: {
      ...kubernetes,
      get: async (ref) => {
        const live = await kubernetes.get(ref);
        return live && renewing(live);
      },
      async *observe(...asked) {
        for await (const all of kubernetes.observe(...asked)) yield all.map(renewing);
      },
    },
  };
}

it("an attempt that init begins in place of a failed renewal is waited for", async () => {
  const statePath = join(directory, "sandbox.json");
  await bringUp(await createSandbox({ statePath, faults: [] }));
  const blocked = await createSandbox({ statePath, faults: ["port-80-blocked"] });
  await blocked.clock.sleep(61 * 86_400_000);
  const findCertificate = () =>
    blocked.simulation.store.findKind("Certificate", SECRET, "gateway-tls");
  expect(findCertificate()?.["status"]).toMatchObject({
    failedIssuanceAttempts: expect.anything(),
  });
  const { error } = await bringUp(blocked);
  expect(error).toBeDefined();
  expect(
    (await bringUp(await createSandbox({ statePath, faults: ["none"] }))).error,
  ).toBeUndefined();
});

it("a host whose renewal hangs keeps its listener and its certificate when another is added", async () => {
  const sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  await bringUp(sandbox);
  const { error, result } = await addHosts(sandbox, ["api.example.com"], {
    through: withHangingRenewal,
  });
  expect(error).toBeUndefined();
  expect(result?.hosts).toMatchObject([
    { hostname: "www.example.com", certificate: { trusted: true } },
    { hostname: "api.example.com", certificate: { trusted: true } },
  ]);
  const { store } = sandbox.simulation;
  expect(store.findKind("Certificate", SECRET, "gateway-tls")).toBeDefined();
  const [gateway] = store.all("Gateway");
  expect(gateway?.["spec"]).toMatchObject({
    listeners: [{ name: "http" }, { name: "www.example.com" }, { name: "api.example.com" }],
  });
});
