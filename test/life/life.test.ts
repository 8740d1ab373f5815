import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { runCli } from "../support/run-cli.ts";
import { snapshot } from "../support/snapshot.ts";

let directory: string;
let statePath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-life-"));
  statePath = join(directory, "sandbox.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const resultSchema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/result.schema.json"), "utf8"),
);
const isResult = new Ajv2020({ validateFormats: false }).compile(resultSchema);
const stateErrors = () => JSON.stringify(isResult.errors);

const openSandbox = () => createSandbox({ statePath, faults: [] });

async function run(line: string) {
  const ran = await runCli(
    `${line} --sandbox --sandbox-state ${statePath} --output json`.split(" "),
    { cwd: directory },
  );
  // Every document of a command is an object.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const document = JSON.parse(ran.stdout === "" ? "{}" : ran.stdout) as Record<string, unknown>;
  // `config show` prints the config, not the result of a run.
  const fits = document["result"] === undefined || isResult(document);
  expect(fits, stateErrors()).toBe(true);
  return { ...ran, document };
}

const init = (rest = "") =>
  run(
    `init --domain example.com --email ops@example.com --cluster demo --sample-app --yes ${rest}`.trim(),
  );

async function kubernetes() {
  const sandbox = await openSandbox();
  return (await sandbox.connect(await sandbox.clusters.find("demo"), {})).kubernetes;
}

describe("promote", () => {
  it("goes to production and back, and the second time writes nothing", async () => {
    await init("--issuer staging");
    const promoted = await run("promote");
    expect(promoted.document).toMatchObject({
      result: "done",
      hosts: [{ certificate: { trusted: true } }],
    });
    expect((await run("promote")).document).toMatchObject({ result: "unchanged", writes: 0 });
    const { stdout } = await runCli(
      `config show --sandbox --sandbox-state ${statePath}`.split(" "),
      { cwd: directory },
    );
    expect(stdout).toContain("issuer: production");
    expect((await run("promote --to staging --yes")).document).toMatchObject({
      result: "done",
      hosts: [{ certificate: { trusted: false } }],
    });
    expect((await run("promote --to staging --yes")).document).toMatchObject({ writes: 0 });
  });

  it("names what --to takes", async () => {
    const { exitCode, stderr } = await run("promote --to prod");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("production");
  });
});

describe("remove-host", () => {
  it("leaves the world as it was before add-host, and the second time writes nothing", async () => {
    await init();
    const before = snapshot(await openSandbox());
    await run("add-host api.example.com --backend shop/api:8080 --cluster demo");
    const removed = await run("remove-host api.example.com --yes");
    expect(removed.document).toMatchObject({ result: "done", error: null });
    expect(snapshot(await openSandbox())).toEqual(before);
    expect((await run("remove-host api.example.com --yes")).document).toMatchObject({
      result: "unchanged",
      writes: 0,
    });
  });

  it("takes the last host, and the Gateway stays for the next one", async () => {
    await init();
    await run("remove-host www.example.com --yes");
    const cluster = await kubernetes();
    const gateway = { kind: kinds.Gateway, namespace: "gateway-tls", name: "gateway-tls" };
    expect(await cluster.get(gateway)).toMatchObject({
      spec: { listeners: [{ name: "http" }] },
    });
    expect((await run("init --cluster demo --yes")).document).toMatchObject({
      result: "unchanged",
    });
    const added = await run("add-host api.example.com --backend shop/api:8080 --cluster demo");
    expect(added.document).toMatchObject({
      result: "done",
      hosts: [{ url: "https://api.example.com/" }],
    });
  });

  it("names every name that is wrong, and removes nothing", async () => {
    await init();
    const { exitCode, stderr } = await run(
      "remove-host www.example.com www.example.org x_y.example.com --yes",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("www.example.org");
    expect(stderr).toContain("x_y.example.com");
    expect((await run("remove-host www.example.com --dry-run")).document).toMatchObject({
      result: "planned",
    });
  });

  it("asks for --yes where nobody can be asked", async () => {
    await init();
    const { exitCode, stderr } = await run("remove-host www.example.com");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("GT-CONFIRMATION-NEEDED");
  });
});

describe("without its kept config", () => {
  const forget = async () => {
    const cluster = await kubernetes();
    await cluster.delete([
      { kind: kinds.ConfigMap, namespace: "gateway-tls", name: "gateway-tls" },
    ]);
  };

  it("an installation is rebuilt from what is there, and that is said", async () => {
    await init();
    const before = await run("config show");
    await forget();
    const after = await run("config show");
    expect(after.document["notes"]).toEqual([expect.stringContaining("rebuilt")]);
    // Its choice is gone; what is there is Pod Identity, in the one zone that it writes to.
    expect(after.document["config"]).toEqual({
      ...Object(before.document["config"]),
      identity: "pod-identity",
      zoneId: "Z0123456789EXAMPLE01",
    });
  });

  it.each(["status", "check"])("%s looks at what is there, and says so", async (verb) => {
    await init();
    await (
      await kubernetes()
    ).delete([{ kind: kinds.ConfigMap, namespace: "gateway-tls", name: "gateway-tls" }]);
    const { exitCode, stdout, stderr } = await run(verb);
    expect(stderr).toContain("so it was rebuilt from what is in the cluster");
    // The missing ConfigMap is what differs.
    expect(exitCode, stdout).toBe(verb === "status" ? 0 : 3);
    expect(stdout).toContain(verb === "status" ? "www.example.com" : "ConfigMap");
  });

  it("init brings it back, and says so", async () => {
    await init();
    await forget();
    const { exitCode, stderr, document } = await run("init --cluster demo --yes");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("rebuilt");
    expect(document).toMatchObject({ result: "done", hosts: [{ hostname: "www.example.com" }] });
    expect((await run("init --cluster demo --yes")).document).toMatchObject({ writes: 0 });
  });

  it("uninstall takes all of it away", async () => {
    const before = snapshot(await openSandbox());
    await init();
    await forget();
    expect((await run("uninstall --yes")).document).toMatchObject({ result: "done" });
    expect(snapshot(await openSandbox())).toEqual(before);
    expect((await run("uninstall --yes")).document).toMatchObject({ result: "unchanged" });
  });
});

describe("uninstall", () => {
  it("lists what goes and what stays, and writes nothing, with --dry-run", async () => {
    await init();
    const before = snapshot(await openSandbox());
    const { document } = await run("uninstall --dry-run");
    expect(document).toMatchObject({ result: "planned", writes: 0 });
    expect(document["plan"]).toContainEqual(
      expect.objectContaining({ kind: "CRDs", intent: "keep", reason: expect.any(String) }),
    );
    expect(snapshot(await openSandbox())).toEqual(before);
  });

  it("says that there is nothing, where nothing is", async () => {
    const { exitCode, document } = await run("uninstall --yes");
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ command: "uninstall", result: "unchanged", plan: [] });
  });
});
