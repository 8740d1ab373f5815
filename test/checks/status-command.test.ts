import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinLines } from "../support/join-lines.ts";
import { runCli } from "../support/run-cli.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-status-"));
const statePath = join(directory, "state.json");
const sandbox = ["--sandbox", "--sandbox-state", statePath];
const hosts = ["www.example.com", "api.example.com"];

beforeAll(async () => {
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--cluster", "demo"];
  const first = await runCli(["init", ...wanted, "--backend", "shop/web:80", "--yes", ...sandbox]);
  const second = await runCli(
    [
      "add-host",
      "api.example.com",
      "--backend",
      "shop/api:8080",
      "--yes",
      "--cluster",
      "demo",
    ].concat(sandbox),
  );
  if (first.exitCode !== 0 || second.exitCode !== 0) throw new Error(first.stderr + second.stderr);
}, 60_000);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const status = (...flags: string[]) => runCli(["status", ...flags, ...sandbox]);

describe("status, of an installation", () => {
  test("without a name: every host, of the only cluster", async () => {
    const ran = await status();
    expect([ran.exitCode, ran.stderr]).toEqual([0, ""]);
    for (const host of hosts) expect(ran.stdout).toMatch(new RegExp(`✓ ${host} +healthy`));
    expect(ran.stdout).toMatch(/^Cluster demo\n/);
    expect(ran.stdout.trim().split("\n")).toHaveLength(6);
  });

  test("of one host", async () => {
    const ran = await status("API.example.com.", "--output", "json");
    const document = JSON.parse(ran.stdout);
    expect(document.hosts.map(({ hostname }: { hostname: string }) => hostname)).toEqual([
      "api.example.com",
    ]);
  });

  test("of several hosts: these, in the order of the installation", async () => {
    const ran = await status("api.example.com", "www.example.com", "--output", "json");
    const document = JSON.parse(ran.stdout);
    expect([ran.exitCode, ran.stderr]).toEqual([0, ""]);
    expect(document.hosts.map(({ hostname }: { hostname: string }) => hostname)).toEqual(hosts);
  });

  test("of several hosts that are not set up: each is told, and put right", async () => {
    const ran = await status("apo.example.com", "www.example.com", "wwv.example.com");
    const said = joinLines(ran.stderr);
    expect(ran.exitCode).toBe(2);
    expect(said).toContain("apo.example.com and wwv.example.com are not set up here");
    expect(said).toMatch(/gateway-tls status .*api\.example\.com www\.example\.com/);
  });

  test("of a host that is not set up", async () => {
    const ran = await status("apo.example.com");
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("GT-HOST-UNKNOWN")]);
    expect(ran.stderr).toMatch(/gateway-tls status --cluster demo [^]*api\.example\.com/);
  });

  test("its text in a pipe has no colour, though stderr is a terminal", async () => {
    const env = { TERM: "xterm-256color", LANG: "C.UTF-8" };
    const ran = await runCli(["status", ...sandbox], { isTTY: true, env });
    expect(ran.stdout).toContain("✓ www.example.com");
    expect(ran.stdout).not.toContain("\u001B");
    const forced = { ...env, FORCE_COLOR: "1" };
    const coloured = await runCli(["status", ...sandbox], { isTTY: true, env: forced });
    expect(coloured.stdout).toContain("\u001B[32m");
  });

  test("every moment is told to the second", async () => {
    const { stdout } = await status("--verbose");
    expect(stdout.match(/\d\d:\d\d:\d\d\.\d+/g)).toBeNull();
    expect(stdout).toMatch(/Certificate served: issuer R12, until [\d-]+T[\d:]+Z/);
  });

  test("as YAML", async () => {
    expect(parse((await status("--output", "yaml")).stdout)).toMatchObject({ verdict: "healthy" });
  });

  test("verbose: every object of the review", async () => {
    const { stdout } = await status("--verbose");
    for (const kind of [
      "ClusterIssuer gateway-tls-production",
      "Gateway gateway-tls/gateway-tls",
      "CertificateRequest gateway-tls/www.example.com-tls-2",
      "Certificate gateway-tls/api.example.com-tls",
      "Secret gateway-tls/www.example.com-tls",
      "Order gateway-tls/www.example.com-tls-2-",
      "HTTPRoute shop/www.example.com",
    ]) {
      expect(stdout).toContain(kind);
    }
    expect(stdout).toMatch(/Ready=True \(.* ago\) Ready: Certificate is up to date/);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("verbose, of the Gateway: its address, and what each listener says", async () => {
    const { stdout } = await status("--verbose");
    expect(stdout).toMatch(
      /Gateway gateway-tls\/gateway-tls[^]*? k8s-[^]*? listener www\.example\.com\n +Accepted=True/,
    );
  });

  test("verbose, as a document: the objects and the warnings are in it", async () => {
    const ran = await status("--verbose", "--output", "json");
    const { objects, warnings } = JSON.parse(ran.stdout);
    expect(warnings).toEqual([]);
    expect(objects).toContainEqual(
      expect.objectContaining({
        object: "Gateway gateway-tls/gateway-tls",
        listeners: expect.arrayContaining([
          expect.objectContaining({ listener: "www.example.com" }),
        ]),
      }),
    );
    expect(JSON.parse((await status("--output", "json")).stdout)).not.toHaveProperty("objects");
  });

  test("without one", async () => {
    const other = ["--sandbox", "--sandbox-state", join(directory, "empty.json")];
    const ran = await runCli(["status", ...other]);
    expect([ran.exitCode, ran.stderr]).toEqual([3, expect.stringContaining("GT-NOT-INSTALLED")]);
    expect(ran.stderr).toContain("--gateway NAMESPACE/NAME");
  });
});

test("of an installation without hosts: what to do, and no judgement", async () => {
  const world = join(directory, "no-hosts.json");
  const where = ["--cluster", "demo", "--sandbox", "--sandbox-state", world];
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app", "--yes"];
  await runCli(["init", ...wanted, ...where]);
  const removed = await runCli(["remove-host", "www.example.com", "--yes", ...where]);
  expect(removed.exitCode).toBe(0);
  const ran = await runCli(["status", ...where]);
  expect(ran.exitCode).toBe(1);
  expect(joinLines(ran.stdout)).toMatch(
    /No host is set up\. gateway-tls add-host --cluster demo .*NAME --backend NAMESPACE\/SERVICE:PORT/,
  );
});

describe("status, of a Gateway by its name", () => {
  test("reads the same chain, without the kept config", async () => {
    const ran = await status("--gateway", "gateway-tls/gateway-tls", "--output", "json");
    expect(ran.exitCode).toBe(0);
    const document = JSON.parse(ran.stdout);
    expect(document.hosts).toHaveLength(2);
    expect(document.hosts[0].chain).toContainEqual(
      expect.objectContaining({ id: "installation", reason: "made by hand" }),
    );
    expect(document.findings).toEqual([]);
  });

  test("one that is not there: the nearest is named", async () => {
    const ran = await status("--gateway", "gateway-tls/gateway-tl");
    expect([ran.exitCode, ran.stderr]).toEqual([3, expect.stringContaining("GT-GATEWAY-MISSING")]);
    expect(ran.stderr).toMatch(/gateway-tls status [^]*--gateway gateway-tls\/gateway-tls/);
  });

  test("of one host of it", async () => {
    const flags = ["--gateway", "gateway-tls/gateway-tls", "--output", "json"];
    const ran = await status("www.example.com", ...flags);
    const document = JSON.parse(ran.stdout);
    expect(document.hosts.map(({ hostname }: { hostname: string }) => hostname)).toEqual([
      "www.example.com",
    ]);
  });

  test("of a host that it does not serve: the right command looks at the same Gateway", async () => {
    const ran = await status("wwv.example.com", "--gateway", "gateway-tls/gateway-tls");
    const said = joinLines(ran.stderr);
    expect([ran.exitCode, said]).toEqual([2, expect.stringContaining("GT-HOST-UNKNOWN")]);
    expect(said).toMatch(/status .*www\.example\.com --gateway gateway-tls\/gateway-tls/);
  });

  test("a name of another shape is wrong usage", async () => {
    const ran = await status("--gateway", "gateway-tls");
    expect([ran.exitCode, ran.stderr]).toEqual([2, expect.stringContaining("namespace/name")]);
  });
});
