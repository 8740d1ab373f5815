import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts, withHosts } from "../support/add-hosts.ts";
import { breakWrite } from "../support/break-write.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { runCli } from "../support/run-cli.ts";
import { comparable, snapshot } from "../support/snapshot.ts";
import { unreachable } from "../support/unreachable.ts";

let directory: string;
let statePath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-add-host-"));
  statePath = join(directory, "sandbox.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = () => createSandbox({ statePath, faults: [] });
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `host-${index + 1}.example.com`);

async function run(line: string) {
  return runCli(`${line} --sandbox --sandbox-state ${statePath}`.split(" "), { cwd: directory });
}

const init = () =>
  run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");

async function listenersOf() {
  const sandbox = await openSandbox();
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const gateway = { kind: kinds.Gateway, namespace: "gateway-tls", name: "gateway-tls" };
  const live = await kubernetes.get(gateway);
  const spec: { listeners?: { name: string }[] } = Object(live?.["spec"]);
  return (spec.listeners ?? []).map(({ name }) => name);
}

describe("several hosts", () => {
  it("are set up side by side, with one update of the Gateway for all", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    let updates = 0;
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      kubernetes: {
        ...world.kubernetes,
        apply: (objects) => {
          updates += objects.filter(({ kind }) => kind === "Gateway").length;
          return world.kubernetes.apply(objects);
        },
      },
    });
    const { error, result } = await addHosts(sandbox, names(5), { through });
    expect(error).toBeUndefined();
    expect(result?.hosts.map(({ certificate }) => certificate?.trusted)).toEqual(
      Array.from({ length: 6 }, () => true),
    );
    // The namespace of their backends on port 80 first, then all listeners at once.
    expect(updates).toBe(2);
    expect((await addHosts(sandbox, names(5))).result).toMatchObject({ writes: 0 });
  });

  it("of which one fails leave the others served, and that one without a listener", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const { error, result } = await addHosts(sandbox, names(3), {
      through: unreachable("host-2.example.com"),
    });
    expect(error).toMatchObject({
      code: "GT-HOSTS-FAILED",
      message: expect.stringMatching(/1 of 3 hosts .*other 2 are served.*\nhost-2\.example\.com: /),
    });
    expect(result?.hosts).toMatchObject([
      { hostname: "www.example.com" },
      { hostname: "host-1.example.com", certificate: { trusted: true } },
      { hostname: "host-2.example.com", error: { code: "GT-REHEARSAL-TIMEOUT" } },
      { hostname: "host-3.example.com", certificate: { trusted: true } },
    ]);
    expect(await listenersOf()).not.toContain("host-2.example.com");
    const again = await addHosts(await openSandbox(), names(3));
    expect(again.error).toBeUndefined();
    expect(await listenersOf()).toContain("host-2.example.com");
  });

  it("that the CA refuses leave no listener, and no Certificate that goes on asking", async () => {
    await bringUp(await openSandbox());
    const sandbox = await createSandbox({ statePath, faults: ["rate-limited"] });
    const { error } = await addHosts(sandbox, ["api.example.com"]);
    expect(error).toMatchObject({ code: "GT-ACME-RATE-LIMITED" });
    expect(await listenersOf()).toEqual(["http", "www.example.com"]);
    expect(
      sandbox.simulation.store.all("Certificate").map(({ metadata }) => metadata.name),
    ).toEqual(["www.example.com-tls"]);
  });

  it("that worked before and do not now are a warning", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      probe: {
        ...world.probe,
        handshake: (target) =>
          target.hostname === "www.example.com"
            ? Promise.reject(new UserError("GT-PROBE-FAILED", "connection reset"))
            : world.probe.handshake(target),
      },
    });
    const { error, result } = await addHosts(sandbox, ["api.example.com"], { through });
    expect(error).toBeUndefined();
    expect(result?.warnings).toEqual([expect.stringMatching(/^www\.example\.com does not work/)]);
    expect(await listenersOf()).toContain("www.example.com");
  });
});

describe("the command", () => {
  it("takes several names, and the only cluster", async () => {
    await init();
    const { exitCode, stdout } = await run(
      "add-host api.example.com example.com --backend shop/api:8080 --output json",
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: "done", error: null });
    expect(await listenersOf()).toEqual([
      "http",
      "www.example.com",
      "api.example.com",
      "example.com",
    ]);
  });

  it("names all bad hosts of a file at once, and applies nothing", async () => {
    await init();
    const before = snapshot(await openSandbox());
    const hosts = names(50).map((name, index) => {
      if (index === 3) return "- hostname: bad_name.example.com\n  backend: shop/api:8080";
      if (index === 20) return "- hostname: www.example.org\n  backend: shop/api:8080";
      if (index === 40) return `- hostname: ${name}\n  backend: shop/nothing:1`;
      return `- hostname: ${name}\n  backend: shop/api:8080`;
    });
    writeFileSync(join(directory, "hosts.yaml"), hosts.join("\n"));
    const { exitCode, stderr } = await run("add-host --from hosts.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("hosts.yaml:7");
    expect(stderr).toContain("bad_name.example.com");
    expect(stderr).toContain("www.example.org");
    expect(stderr).toContain("host-41.example.com");
    expect(snapshot(await openSandbox())).toEqual(before);
  });

  it("says at the limit of listeners how many a Gateway takes", async () => {
    await init();
    const hosts = names(64).map((name) => `- hostname: ${name}\n  backend: shop/api:8080`);
    writeFileSync(join(directory, "hosts.yaml"), hosts.join("\n"));
    await run("promote --to staging --yes");
    const { stderr } = await run("add-host --from hosts.yaml --yes");
    expect(stderr).toContain("GT-GATEWAY-LISTENERS");
    expect(await listenersOf()).toEqual(["http", "www.example.com"]);
  });

  it("says what it takes when nothing is named", async () => {
    await init();
    const { exitCode, stderr } = await run("add-host");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--from");
  });

  it("rebuilds a missing kept config, says so, and loses no host", async () => {
    await init();
    const sandbox = await openSandbox();
    const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    await kubernetes.delete([
      { kind: kinds.ConfigMap, namespace: "gateway-tls", name: "gateway-tls" },
    ]);
    const { exitCode, stderr } = await run("add-host api.example.com --backend shop/api:8080");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("rebuilt");
    const { stdout } = await run("config show");
    expect(stdout).toContain("www.example.com");
    expect(stdout).toContain("api.example.com");
  });
});

describe("after a failure at any write of add-host", () => {
  const both = (["pod-identity", "irsa"] as const).flatMap((identity) =>
    (["before", "after"] as const).map((when) => ({ identity, when })),
  );

  it.each(both)(
    "the same command goes on to the same end: $identity, $when each write",
    async ({ identity, when }) => {
      const about = ["api.example.com", "example.com"];
      const config: Config = { ...withHosts(about), identity };
      await bringUp(await openSandbox(), { config: buildConfig({ identity }) });
      copyFileSync(statePath, `${statePath}.installed`);
      const whole = await openSandbox();
      await addHosts(whole, about, { config });
      const end = comparable(snapshot(whole));
      let number = 0;
      for (; number < 60; number += 1) {
        copyFileSync(`${statePath}.installed`, statePath);
        const { happened, through } = breakWrite(number, when);
        await addHosts(await openSandbox(), about, { config, through });
        if (!happened()) break;
        const sandbox = await openSandbox();
        const { error } = await addHosts(sandbox, about, { config });
        expect(error, `write ${number}`).toBeUndefined();
        expect(comparable(snapshot(sandbox)), `write ${number}`).toEqual(end);
        const again = await addHosts(sandbox, about, { config });
        expect(again.result?.writes, `write ${number}`).toBe(0);
      }
      expect(number).toBeGreaterThan(4);
    },
    120_000,
  );
});
