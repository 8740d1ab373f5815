import { mkdtempSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { ReleaseRequest } from "../../../src/ports/charts.ts";
import type { ClusterConnection } from "../../../src/ports/world.ts";
import { observedUntil } from "../../contract/kubernetes/harness.ts";
import { createFakeScene, type FakeScene } from "../../support/fake-cluster/fake-connection.ts";
import { releaseSecret, secretWith } from "../../support/fake-cluster/releases.ts";

let scene: FakeScene;
let world: ClusterConnection;

beforeEach(async () => {
  scene = await createFakeScene();
  world = await scene.connect();
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } };
  scene.cluster.create(kinds.Namespace, namespace);
});
afterEach(async () => {
  await scene.close();
});

const request = (more: Partial<ReleaseRequest> = {}): ReleaseRequest => ({
  name: "demo",
  namespace: "web",
  chart: scene.writeChart("demo", "1.0.0"),
  values: {},
  labels: {},
  timeLimitMs: 90_000,
  ...more,
});
const apply = (more: Partial<ReleaseRequest> = {}, signal = new AbortController().signal) =>
  world.charts.apply(request(more), { signal });
const helmCalls = () => scene.calls().filter(({ program }) => program === "helm");

describe("the list of releases", () => {
  const create = (revision: number, status: string, more = {}) => {
    const release = { name: "demo", namespace: "web", revision, status, ...more };
    scene.cluster.create(kinds.Secret, releaseSecret(release));
  };

  it("holds the newest revision of each, and starts no helm", async () => {
    create(1, "superseded");
    create(10, "failed", { values: { a: 10 }, labels: { team: "x" } });
    create(9, "deployed");
    create(1, "deployed", { namespace: "other" });
    const found = await world.charts.list();
    expect(found).toHaveLength(2);
    expect(found.find(({ namespace }) => namespace === "web")).toEqual({
      name: "demo",
      namespace: "web",
      revision: 10,
      status: "failed",
      chart: "demo",
      chartVersion: "1.0.0",
      appVersion: "9",
      values: { a: 10 },
      labels: { team: "x" },
      updatedAt: "2026-01-02T03:04:05.678901234Z",
    });
    expect(helmCalls()).toEqual([]);
  });

  it("reads only what is newest, and each Secret once", async () => {
    for (let revision = 1; revision <= 5; revision += 1) create(revision, "deployed");
    await world.charts.list();
    await world.charts.list();
    const read = scene.cluster.requests.filter((one) => /secrets\/sh\.helm/.test(one));
    expect(read).toEqual(["GET /api/v1/namespaces/web/secrets/sh.helm.release.v1.demo.v5"]);
  });

  it.each([
    ["no gzip", "bm90IGd6aXA="],
    ["a bomb", gzipSync(Buffer.alloc(80_000_000)).toString("base64")],
    ["another shape", gzipSync('{"info":7}').toString("base64")],
  ])("survives a release of somebody else's that holds %s", async (_, content) => {
    const labels = { name: "odd", owner: "helm", status: "deployed", version: "3" };
    const at = { name: "odd", namespace: "web", revision: 3 };
    scene.cluster.create(kinds.Secret, secretWith(at, content, labels));
    create(1, "deployed");
    const found = await world.charts.list();
    expect(found.map(({ name }) => name).sort()).toEqual(["demo", "odd"]);
    expect(found.find(({ name }) => name === "odd")).toMatchObject({ revision: 3, chart: "" });
  });
});

describe("helm's arguments", () => {
  it("are the same for every Helm, with values on standard input only", async () => {
    const values = { password: "secret-value", fake: "" };
    const labels = { "gateway-tls": "x", team: "y" };
    await apply({ version: "1.0.0", repository: "https://charts.example.org", values, labels });
    const [{ argv } = { argv: [] }] = helmCalls();
    expect(argv.slice(0, 3)).toEqual(["upgrade", "--install", "demo"]);
    expect(argv).toEqual(
      expect.arrayContaining([
        "--namespace=web",
        "--version=1.0.0",
        "--repo=https://charts.example.org",
        "--labels=gateway-tls=x,team=y",
        "--reset-values",
        "--values=-",
        "--wait",
        "--timeout=90s",
        "--history-max=5",
        "--kube-context=gateway-tls",
      ]),
    );
    expect(argv.join(" ")).not.toMatch(/secret-value|--set|--force|--take-ownership|--atomic/);
    expect((await world.charts.list())[0]?.values).toEqual(values);
  });

  it("never take a chart or a name for a flag", async () => {
    await expect(apply({ chart: "--post-renderer=x" })).rejects.toMatchObject({ exitCode: 2 });
    await expect(apply({ name: "-x" })).rejects.toMatchObject({ exitCode: 2 });
    expect(helmCalls()).toEqual([]);
  });
});

describe("a registry that", () => {
  const registry = (kind: string) => `oci://registry.example.org/${kind}`;

  it.each([
    ["is away", "unreachable", "GT-CHART-UNREACHABLE", 60_000],
    ["limits requests", "limited", "GT-REGISTRY-RATE-LIMITED", 120_000],
    ["has no such chart", "absent", "GT-CHART-NOT-FOUND", undefined],
    ["serves another content", "tampered", "GT-CHART-DIGEST", undefined],
  ])("%s is told so", async (_, kind, code, limitMs) => {
    await expect(apply({ chart: registry(kind) })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(kind) as unknown,
      retry: limitMs === undefined ? undefined : { limitMs },
    });
    expect(helmCalls()).toHaveLength(1);
  });

  it("refuses a stale login is asked once more without it", async () => {
    await apply({ chart: registry("stale-login") });
    expect(helmCalls()).toHaveLength(2);
    expect(helmCalls()[1]?.argv.join(" ")).toContain("--registry-config=");
  });

  it("refuses without a login too is final", async () => {
    await expect(apply({ chart: registry("denied") })).rejects.toMatchObject({
      code: "GT-REGISTRY-DENIED",
      retry: undefined,
    });
    expect(helmCalls()).toHaveLength(2);
  });
});

describe("a release that", () => {
  it("does not become ready names the workload that is not, with exit code 124", async () => {
    scene.cluster.create(kinds.Deployment, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "app",
        namespace: "web",
        annotations: { "meta.helm.sh/release-name": "demo" },
      },
      spec: { replicas: 2 },
      status: { observedGeneration: 1, availableReplicas: 1 },
    });
    const messages: string[] = [];
    const applied = world.charts.apply(request({ values: { fake: "never-ready" } }), {
      signal: new AbortController().signal,
      onProgress: (message) => messages.push(message),
    });
    await expect(applied).rejects.toMatchObject({
      code: "GT-RELEASE-TIMEOUT",
      exitCode: 124,
      message:
        "The release web/demo was not ready within 90 s; last seen: Deployment web/app has 1 of 2 ready.",
    });
    expect(messages).toEqual(["waiting: Deployment web/app has 1 of 2 ready"]);
  });

  it("is interrupted gets one SIGINT, is awaited, and is not left pending", async () => {
    const stop = new AbortController();
    const sets = world.kubernetes.observe(kinds.Secret, { namespace: "web" }, stop.signal);
    const interrupt = new AbortController();
    const applied = apply({ values: { fake: "hang" } }, interrupt.signal);
    await observedUntil(sets[Symbol.asyncIterator](), ({ length }) => length === 1);
    interrupt.abort();
    await expect(applied).rejects.toMatchObject({ code: "GT-CANCELLED", exitCode: 130 });
    expect((await world.charts.list())[0]?.status).toBe("failed");
    stop.abort();
  });

  it("runs when the connection is closed is interrupted and awaited too", async () => {
    const stop = new AbortController();
    const sets = world.kubernetes.observe(kinds.Secret, { namespace: "web" }, stop.signal);
    const applied = apply({ values: { fake: "hang" } }).catch((error: unknown) => error);
    await observedUntil(sets[Symbol.asyncIterator](), ({ length }) => length === 1);
    stop.abort();
    await world.close();
    expect(await applied).toMatchObject({ code: "GT-CANCELLED" });
    const [secret] = scene.cluster.store.list(kinds.Secret, "web");
    expect(secret?.metadata.labels?.["status"]).toBe("failed");
  });

  it("has nothing to go back to is told so", async () => {
    await expect(world.charts.rollback("demo", "web")).rejects.toMatchObject({
      code: "GT-RELEASE-STATE",
    });
    expect(helmCalls()).toEqual([]);
  });

  it("was never deployed goes back to what failed, so that it can be upgraded", async () => {
    const release = { name: "demo", namespace: "web" };
    for (const [revision, status] of [
      [1, "failed"],
      [2, "pending-upgrade"],
    ] as const) {
      scene.cluster.create(kinds.Secret, releaseSecret({ ...release, revision, status }));
    }
    await world.charts.rollback("demo", "web");
    expect(helmCalls()[0]?.argv.slice(0, 3)).toEqual(["rollback", "demo", "1"]);
    await apply();
    expect((await world.charts.list())[0]).toMatchObject({ revision: 4, status: "deployed" });
  });
});

describe("a missing helm", () => {
  it("is told with what to install", async () => {
    const bin = mkdtempSync(join(scene.directory, "bin-"));
    const [first = ""] = (scene.env["PATH"] ?? "").split(":");
    symlinkSync(join(first, "kubectl"), join(bin, "kubectl"));
    const env = { ...scene.env, PATH: `${bin}:${dirname(process.execPath)}:/nonexistent` };
    const { charts } = await scene.connect({ env });
    const options = { signal: new AbortController().signal };
    await expect(charts.apply(request(), options)).rejects.toMatchObject({
      code: "GT-HELM-MISSING",
    });
  });
});
