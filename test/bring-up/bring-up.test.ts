import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled, UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-bring-up-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (...faults: string[]): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults });

/** What anyone can see of the end: HTTPS by a trusted certificate, and port 80 that redirects. */
async function look(sandbox: Sandbox, hostname = "www.example.com") {
  const { answers } = await sandbox.resolver.query(hostname, "A");
  const address = answers.find(({ type }) => type === "A")?.value ?? "";
  const [served, http] = await Promise.all([
    sandbox.probe.handshake({ hostname, address, timeoutMs: 1000 }),
    sandbox.probe.get({ protocol: "http", hostname, path: "/", address, timeoutMs: 1000 }),
  ]);
  return {
    names: served.names,
    trusted: served.trusted,
    status: http.status,
    location: http.headers["location"],
  };
}

const served = {
  names: ["www.example.com"],
  trusted: true,
  status: 301,
  location: "https://www.example.com/",
};

describe("from nothing", () => {
  it.each(["pod-identity", "irsa"] as const)("ends at HTTPS with %s", async (identity) => {
    const sandbox = await openSandbox();
    const { result, error } = await bringUp(sandbox, { config: buildConfig({ identity }) });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ result: "done", hosts: [{ certificate: { trusted: true } }] });
    expect(await look(sandbox)).toEqual(served);
  });

  it("writes nothing the second time, and says so", async () => {
    await bringUp(await openSandbox());
    const again = await bringUp(await openSandbox());
    expect(again.items.filter(({ intent }) => intent !== "keep")).toEqual([]);
    expect(again.result).toMatchObject({ result: "unchanged", writes: 0, changes: [] });
  });

  it("stays at staging when that is asked for, without an account at the production CA", async () => {
    const sandbox = await openSandbox();
    const { result } = await bringUp(sandbox, { config: buildConfig({ issuer: "staging" }) });
    expect(result?.hosts[0]?.certificate).toMatchObject({ trusted: false });
    const connection = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    const found = await connection.kubernetes.list(kinds.ClusterIssuer);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(["gateway-tls-staging"]);
  });

  it("answers on both ports without a redirect", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox, { config: buildConfig({ redirect: false }) });
    expect(await look(sandbox)).toMatchObject({ trusted: true, status: 200 });
  });

  it("serves the zone's apex and a Service of the user's", async () => {
    const sandbox = await openSandbox();
    const backend = { namespace: "shop", service: "web", port: 80 };
    const hosts = [{ hostname: "example.com", backend, path: "/" }];
    const { error } = await bringUp(sandbox, { config: buildConfig({ hosts, sampleApp: false }) });
    expect(error).toBeUndefined();
    expect(await look(sandbox, "example.com")).toMatchObject({
      names: ["example.com"],
      trusted: true,
    });
  });
});

describe("a closed network", () => {
  it("goes on with --skip-rehearsal, and says what was not seen", async () => {
    const blocked = () => Promise.reject(new UserError("GT-PROBE-FAILED", "It timed out."));
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      probe: { get: blocked, handshake: blocked },
      resolver: {
        query: (name, type, server) =>
          server === undefined
            ? world.resolver.query(name, type)
            : Promise.reject(new UserError("GT-DNS-UNREACHABLE", "No answer.")),
      },
    });
    const options = { skipRehearsal: true };
    const { result, error } = await bringUp(await openSandbox(), { options, through });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ result: "done", hosts: [{ certificate: null }] });
    expect(result?.warnings).toEqual([
      expect.stringContaining("name servers cannot be asked from here"),
      expect.stringContaining("rehearsal was skipped"),
      expect.stringContaining("could not be seen from here"),
    ]);
  });
});

describe("what preflight can see", () => {
  it.each([
    ["undelegated-zone", "GT-ZONE-NOT-DELEGATED"],
    ["two-zones", "GT-ZONE-TWINS"],
    ["caa-forbids", "GT-CAA-FORBIDS"],
    ["foreign-crds", "GT-CRDS-FOREIGN"],
    ["forbidden", "GT-ACCESS-DENIED"],
  ])("%s stops before the first write as %s", async (fault, code) => {
    const sandbox = await openSandbox(fault);
    const { error, result } = await bringUp(sandbox);
    expect(error).toMatchObject({ code });
    expect(result).toBeUndefined();
  });
});

describe("what shows only on the way", () => {
  it.each([
    [
      "no-load-balancer-address",
      "GT-LOAD-BALANCER-TIMEOUT",
      /unable to resolve at least one subnet/,
    ],
    ["port-80-blocked", "GT-REHEARSAL-TIMEOUT", /no answer within 5 s/],
    ["identity-denied", "GT-EXTERNAL-DNS-TRUST", /assume the associated role/],
    ["rate-limited", "GT-ACME-RATE-LIMITED", /retry after/],
    ["redirect-breaks-challenge", "GT-REDIRECT-BREAKS-CHALLENGE", /HTTPS is served/],
  ])("%s ends as %s, with its words", async (fault, code, words) => {
    const { error, result } = await bringUp(await openSandbox(fault));
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(result).toMatchObject({ result: "failed", error: { code } });
    expect(result?.changes.length).toBeGreaterThan(0);
  });

  it.each(["identity-not-injected", "stuck-release", "slow-dns", "no-pod-identity"])(
    "%s is overcome",
    async (fault) => {
      const sandbox = await openSandbox(fault);
      const { error } = await bringUp(sandbox);
      expect(error).toBeUndefined();
      expect(await look(sandbox)).toEqual(served);
    },
  );
});

describe("Ctrl-C", () => {
  it("ends the waits, releases the lock, and the same command goes on", async () => {
    const sandbox = await openSandbox();
    const ctrlC = new AbortController();
    let applied = 0;
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      resolver: {
        query: (...question) => {
          if ((applied += 1) === 3) ctrlC.abort(new Cancelled());
          return world.resolver.query(...question);
        },
      },
    });
    const { result, error } = await bringUp(sandbox, { signal: ctrlC.signal, through });
    expect(error).toBeInstanceOf(Cancelled);
    expect(result).toMatchObject({ result: "cancelled" });
    const again = await bringUp(sandbox);
    expect(again.error).toBeUndefined();
    expect(await look(sandbox)).toEqual(served);
  });
});
