import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { joinLines } from "../support/join-lines.ts";
import { runInSandbox } from "../support/life.ts";

let directory: string;
let statePath: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-newer-"));
  statePath = join(directory, "sandbox.json");
  await run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = () => createSandbox({ statePath, faults: [] });
const run = (line: string) => runInSandbox(line, { statePath, cwd: directory });

async function connect() {
  const sandbox = await openSandbox();
  const connection = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  return { ...sandbox, ...connection };
}

async function certManager() {
  const { charts } = await connect();
  const found = (await charts.list()).find(({ name }) => name === "cert-manager");
  if (found === undefined) throw new Error("init installs it");
  return found;
}

describe("a chart that somebody upgraded by hand", () => {
  /** As `helm upgrade --version`, which leaves our label on the release. */
  async function upgrade(version: string): Promise<void> {
    const { charts } = await connect();
    const { values, labels, namespace, name } = await certManager();
    const request = { name, namespace, labels, version, timeLimitMs: 60_000 };
    await charts.apply(
      { ...request, chart: "cert-manager", values: { ...values, replicaCount: 2 } },
      { signal: new AbortController().signal },
    );
  }

  it("is left as it is by init, which says so", async () => {
    await upgrade("v1.22.0");
    const before = await certManager();
    const { exitCode, stderr, stdout } = await run("init --cluster demo --yes");
    expect(stdout).toContain("Nothing had to change.");
    expect(stderr.replace(/\s+/g, " ")).toContain(
      "cert-manager/cert-manager (v1.22.0, not v1.21.1) is newer",
    );
    expect([exitCode, await certManager()]).toEqual([0, before]);
    const plan = await run("init --cluster demo --dry-run");
    expect(plan.stderr.replace(/\s+/g, " ")).toContain("newer than this version of gateway-tls");
    expect(plan.stdout.replace(/\s+/g, " ")).toContain(
      "cert-manager/cert-manager (v1.22.0 is newer than v1.21.1: left as it is)",
    );
  });

  it("is left as it is by add-host, and no drift to check", async () => {
    await upgrade("v1.22.0");
    const before = await certManager();
    const added = await run(
      "add-host api.example.com --backend shop/api:8080 --cluster demo --yes",
    );
    expect([added.exitCode, await certManager()]).toEqual([0, before]);
    expect(added.stderr).toContain("[cert-manager] unchanged: 1.22.0");
    const checked = await run("check --cluster demo");
    expect(checked.stdout).toContain("GT-CHART-NEWER");
    expect(checked.stdout).toContain("Nothing differs from the kept config");
    expect(checked.exitCode).toBe(0);
  });

  it("is brought up to the set where it is older", async () => {
    await upgrade("v1.20.2");
    expect((await run("init --cluster demo --yes")).exitCode).toBe(0);
    expect(await certManager()).toMatchObject({ chartVersion: "v1.21.1", revision: 3 });
  });

  it("is not made anew from the older chart when a Deployment of it is gone", async () => {
    await upgrade("v1.22.0");
    const { kubernetes } = await connect();
    const webhook = { namespace: "cert-manager", name: "cert-manager-webhook" };
    await kubernetes.delete([{ kind: kinds.Deployment, ...webhook }]);
    const { exitCode, stderr } = await run("init --cluster demo --yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-CHART-NEWER");
    expect(stderr).toContain("helm rollback cert-manager 2 --namespace cert-manager");
    expect(await certManager()).toMatchObject({ chartVersion: "v1.22.0", revision: 2 });
  });
});

describe("Gateway API CRDs of ours that somebody brought to a later version", () => {
  const GROUP = "gateway.networking.k8s.io";
  const MARK = `${GROUP}/bundle-version`;
  const kind = kinds.CustomResourceDefinition;

  const crds = async () =>
    (await (await connect()).kubernetes.list(kind)).filter(({ metadata: { name } }) =>
      name.endsWith(`.${GROUP}`),
    );

  /** As `kubectl apply` of a later bundle, which leaves our label. */
  async function bringTo(version: string): Promise<void> {
    const { kubernetes } = await connect();
    const metadata = { annotations: { [MARK]: version } };
    const all = await crds();
    await Promise.all(
      all.map(({ metadata: { name } }) => kubernetes.patch({ kind, name }, { metadata })),
    );
  }

  it("are left as they are, where it is a patch", async () => {
    await bringTo("v1.5.2");
    const before = await crds();
    const { exitCode, stderr } = await run("init --cluster demo --yes");
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("unchanged: 1.5.2")]);
    const plan = await run("init --cluster demo --dry-run");
    expect(plan.stdout).toContain("(1.5.2 is there: left as it is)");
    const added = await run(
      "add-host api.example.com --backend shop/api:8080 --cluster demo --yes",
    );
    expect(added.exitCode).toBe(0);
    expect(await crds()).toEqual(before);
  });

  it("are left as they are when one of them is gone, which is made again", async () => {
    await bringTo("v1.5.2");
    const before = await crds();
    const { kubernetes } = await connect();
    await kubernetes.delete([{ kind, name: `tlsroutes.${GROUP}` }]);
    expect((await run("init --cluster demo --yes")).exitCode).toBe(0);
    const after = await crds();
    const anew = after.filter(({ metadata }) => metadata.annotations?.[MARK] === "v1.5.1");
    expect(anew.map(({ metadata }) => metadata.name)).toEqual([`tlsroutes.${GROUP}`]);
    expect(after).toHaveLength(before.length);
  });

  it("stop a run where it is another minor, and the way out leads out", async () => {
    await bringTo("v1.6.0");
    const { exitCode, stderr } = await run("init --cluster demo --yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-INSTALLATION-VERSIONS");
    expect(joinLines(stderr)).toMatch(
      /: gateway-tls uninstall --cluster demo .* --delete-crds then gateway-tls init --cluster demo /,
    );
    expect((await run("uninstall --delete-crds --cluster demo --yes")).exitCode).toBe(0);
    const again = await run(
      "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes",
    );
    expect(again.exitCode).toBe(0);
  });
});
