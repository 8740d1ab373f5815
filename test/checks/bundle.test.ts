import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { secrets, seedSecrets } from "./bundle-secrets.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-bundle-"));
const statePath = join(directory, "state.json");
const where = ["--cluster", "demo", "--sandbox", "--sandbox-state", statePath];

beforeAll(async () => {
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app"];
  const { exitCode, stderr } = await runCli(["init", ...wanted, "--yes", ...where]);
  if (exitCode !== 0) throw new Error(stderr);
  seedSecrets(statePath);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function makeBundle(name: string) {
  const file = join(directory, name);
  const ran = await runCli(["status", ...where, "--bundle", file]);
  return { ran, file };
}

describe("the support bundle", () => {
  test("holds what helps, and nothing that gives access", async () => {
    const { ran, file } = await makeBundle("whole.tgz");
    expect(ran.stderr).toContain(file);
    const text = gunzipSync(readFileSync(file)).toString();
    const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret));
    expect(found.map(([name]) => name)).toEqual([]);
    expect(text).toContain("(removed)");
    expect(text).toContain("apiVersion: gateway-tls/v1");
    expect(text).toContain("--source=gateway-httproute");
  });

  test("is an archive that tar reads, for its owner alone", async () => {
    const { file } = await makeBundle("tar.tgz");
    const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
    expect(names.map((name) => name.replace("gateway-tls-bundle/", ""))).toEqual(
      expect.arrayContaining([
        "about.txt",
        "status.json",
        "versions.json",
        "unread.txt",
        "objects/gateways.yaml",
        "objects/certificates.yaml",
        "objects/secrets.yaml",
        "objects/events.yaml",
        "logs/external-dns.log",
        "logs/cert-manager.log",
        "logs/nginx-gateway-fabric.log",
      ]),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const read = (path: string) =>
      execFileSync("tar", ["-xzOf", file, `gateway-tls-bundle/${path}`], { encoding: "utf8" });
    expect(JSON.parse(read("status.json"))).toMatchObject({ schemaVersion: 1 });
    expect(JSON.parse(read("versions.json"))).toMatchObject({ helm: "4.2.4" });
    const [gateway] = parseAllDocuments(read("objects/gateways.yaml"));
    expect(gateway?.toJS()).toMatchObject({ kind: "Gateway", status: expect.anything() });
    const paths = names.filter((name) => name.endsWith(".yaml"));
    const texts = paths.map((path) => read(path.replace("gateway-tls-bundle/", "")));
    const faults = texts.flatMap((text) => parseAllDocuments(text).flatMap((one) => one.errors));
    expect(faults).toEqual([]);
    expect(read("objects/secrets.yaml")).toContain("tls.key: (removed)");
    expect(read("objects/certificates.yaml")).toContain("secretName: www.example.com-tls");
  });

  test("replaces no file", async () => {
    const file = join(directory, "there.tgz");
    copyFileSync(statePath, file);
    const before = readFileSync(file, "utf8");
    const ran = await runCli(["status", ...where, "--bundle", file]);
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining("GT-BUNDLE-FILE")]);
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});
