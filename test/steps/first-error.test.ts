import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { awaitAll, thenAlways } from "../../src/steps/first-error.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { takeDown } from "../support/take-down.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-first-error-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (...faults: string[]): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults });

const refused = () => new UserError("GT-REFUSED", "It was refused.");
const refuse = async (): Promise<never> => {
  throw refused();
};

describe("work side by side", () => {
  it("is waited for to the last, and then the first error is thrown", async () => {
    const clock = new FakeClock();
    const done: string[] = [];
    const slow = async () => {
      await clock.sleep(1000);
      done.push("slow");
    };
    await expect(awaitAll([slow(), refuse()])).rejects.toMatchObject({ code: "GT-REFUSED" });
    expect(done).toEqual(["slow"]);
    expect(await awaitAll([Promise.resolve(1), "two"])).toEqual([1, "two"]);
  });

  it("of which one write fails leaves no other behind: the identity's", async () => {
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      identity: {
        ...world.identity,
        createPolicy: refuse,
        createOidcProvider: async (provider) => {
          await world.clock.sleep(60_000);
          return world.identity.createOidcProvider(provider);
        },
      },
    });
    const config = buildConfig({ identity: "irsa" });
    const { error, result } = await bringUp(await openSandbox(), { config, through });
    expect(error).toMatchObject({ code: "GT-REFUSED" });
    expect(result?.changes).toContainEqual(
      expect.stringContaining("created IAM OIDC provider") as unknown,
    );
  });

  it("of which one write fails leaves no other behind: the marks of a chart's CRDs", async () => {
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      kubernetes: {
        ...world.kubernetes,
        patch: async (ref, patch) => {
          if (ref.name === "certificates.cert-manager.io") throw refused();
          if (ref.name.endsWith(".cert-manager.io")) await world.clock.sleep(60_000);
          return world.kubernetes.patch(ref, patch);
        },
      },
    });
    const { error, result } = await bringUp(await openSandbox(), { through });
    expect(error).toMatchObject({ code: "GT-REFUSED" });
    expect(result?.changes).toContainEqual(
      expect.stringContaining("patched CustomResourceDefinition orders.acme") as unknown,
    );
  });
});

describe("what is done at the end whatever happened", () => {
  it("is done, and its error does not hide the first one", async () => {
    const ended: string[] = [];
    const end = async () => void ended.push("end");
    expect(await thenAlways(async () => "answer", end)).toBe("answer");
    await expect(thenAlways(refuse, end)).rejects.toMatchObject({ code: "GT-REFUSED" });
    expect(ended).toEqual(["end", "end"]);
    const broken = () => Promise.reject(new Error("broken"));
    await expect(thenAlways(refuse, broken)).rejects.toMatchObject({ code: "GT-REFUSED" });
    await expect(thenAlways(async () => "answer", broken)).rejects.toThrow("broken");
  });

  it("does not hide why a rehearsal failed", async () => {
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      kubernetes: {
        ...world.kubernetes,
        delete: (refs) =>
          refs.some(({ kind }) => kind.kind === kinds.HTTPRoute.kind)
            ? refuse()
            : world.kubernetes.delete(refs),
      },
    });
    const { error } = await bringUp(await openSandbox("port-80-blocked"), { through });
    expect(error).toMatchObject({ code: "GT-REHEARSAL-TIMEOUT" });
  });

  it.each(["cert-manager", "nginx-gateway-fabric"])(
    "marks the CRDs that a failed install of %s left, so that --delete-crds knows them",
    async (chart) => {
      const through = (world: ConnectedWorld): ConnectedWorld => ({
        ...world,
        charts: {
          ...world.charts,
          apply: async (request, options) => {
            await world.charts.apply(request, options);
            if (request.name === chart) throw refused();
          },
        },
      });
      const sandbox = await openSandbox();
      const before = listCrds(sandbox);
      const { error } = await bringUp(sandbox, { through });
      expect(error).toMatchObject({ code: "GT-REFUSED" });
      expect((await bringUp(sandbox)).error).toBeUndefined();
      await takeDown(sandbox);
      await takeDown(sandbox, { options: { deleteCrds: true } });
      expect(listCrds(sandbox)).toEqual(before);
    },
  );
});

const listCrds = ({ simulation }: Sandbox): string[] =>
  simulation.store.all("CustomResourceDefinition").map(({ metadata }) => metadata.name);
