import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { runAtTerminal, runInSandbox } from "../support/life.ts";
import { ScriptedTerminal } from "../support/terminal.ts";

const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-settle-"));
const fresh = { statePath: join(cwd, "fresh.json"), cwd };
const installed = { statePath: join(cwd, "installed.json"), cwd };
const GIVEN = "--domain example.com --email ops@example.com --cluster demo --sample-app";

beforeAll(async () => {
  const { exitCode, stderr } = await runInSandbox(`init ${GIVEN} --yes`, installed);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const flat = (text: string) => text.replaceAll(/(?:\s|\\(?=\s))+/g, " ");

const withOther = (world: ConnectedWorld): ConnectedWorld => ({
  ...world,
  clusters: { ...world.clusters, list: async () => ["demo", "other"] },
});

describe("init, where the only cluster keeps all that it needs", () => {
  it("goes on without a flag", async () => {
    const { exitCode, stdout } = await runInSandbox("init --yes", installed);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Nothing had to change.");
  });

  it("asks nothing", async () => {
    const terminal = new ScriptedTerminal([]);
    const { exitCode } = await runAtTerminal("init", terminal, installed);
    expect({ exitCode, asked: terminal.asked }).toEqual({ exitCode: 0, asked: [] });
  });

  it("asks which cluster is meant where there are several, and no more", async () => {
    const terminal = new ScriptedTerminal(["demo"]);
    const { exitCode } = await runAtTerminal("init", terminal, installed, withOther);
    expect({ exitCode, asked: terminal.asked }).toEqual({ exitCode: 0, asked: ["EKS cluster"] });
  });
});

describe("init, where nothing is kept", () => {
  it("gives the answers back as flags when the preflight refuses", async () => {
    const place = { statePath: join(cwd, "refused.json"), cwd };
    const terminal = new ScriptedTerminal(["demo", "a sample app"]);
    const { exitCode, stderr } = await runAtTerminal(
      "init --domain example.com --email ops@example.com --host www.example.com --sandbox-fault undelegated-zone",
      terminal,
      place,
    );
    expect(exitCode).toBe(1);
    expect(flat(stderr)).toContain("With the same answers, when that is put right:");
    expect(flat(stderr)).toMatch(/gateway-tls init .*--cluster demo .*--sample-app/);
  });

  it("tells all that is missing, the cluster too", async () => {
    const { exitCode, stderr } = await runInSandbox("init --yes", fresh);
    expect(exitCode).toBe(2);
    for (const flag of ["--domain", "--email", "--cluster", "--backend"]) {
      expect(stderr).toContain(`${flag} `);
    }
  });

  it.each(["init --yes", "init --cluster demo --yes"])(
    "%s: says why it could not be seen what is kept",
    async (line) => {
      const faulty = `${line} --sandbox-fault expired-credentials`;
      const { exitCode, stderr } = await runInSandbox(faulty, fresh);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("GT-CONFIG-MISSING");
      expect(flat(stderr)).toMatch(/What the cluster keeps could not be seen: .*expired/);
    },
  );

  it.each([
    ["expired-credentials", "GT-AWS-CREDENTIALS-EXPIRED"],
    ["unreachable-cluster", "GT-CLUSTER-UNREACHABLE"],
  ])("tells of %s before the first question", async (fault, code) => {
    const terminal = new ScriptedTerminal([]);
    const line = `init --sandbox-fault ${fault}`;
    const { exitCode, stderr } = await runAtTerminal(line, terminal, fresh);
    expect({ exitCode, asked: terminal.asked }).toEqual({ exitCode: 1, asked: [] });
    expect(stderr).toContain(code);
  });

  it("tells of a cluster that is not there before the first question", async () => {
    const terminal = new ScriptedTerminal([]);
    const { exitCode, stderr } = await runAtTerminal("init --cluster dmo", terminal, fresh);
    expect({ exitCode, asked: terminal.asked }).toEqual({ exitCode: 2, asked: [] });
    expect(flat(stderr)).toContain("Did you mean --cluster demo?");
  });

  it("names the same command with every answer when the run fails", async () => {
    const answers = ["example.com", "ops@example.com", "demo", "web.example.com", "shop/web:80"];
    const terminal = new ScriptedTerminal([...answers, "yes"]);
    const statePath = join(cwd, "blocked.json");
    const line = "init --sandbox-fault no-load-balancer-address --timeout 60 --no-color";
    const { stderr } = await runAtTerminal(line, terminal, { statePath, cwd });
    expect(flat(stderr)).toContain(
      `gateway-tls init --cluster demo --sandbox --sandbox-state ${statePath} --domain example.com --email ops@example.com --host web.example.com --backend shop/web:80`,
    );
  });
});

describe("a command for an installation that is not there", () => {
  it.each([
    "add-host api.example.com --backend shop/api:8080",
    "remove-host www.example.com --yes",
    "promote",
    "config show",
    "check",
  ])("%s: names init with the flags that reach the cluster", async (line) => {
    const { stderr } = await runInSandbox(`${line} --region eu-west-1`, fresh);
    expect(stderr).toContain("GT-NOT-INSTALLED");
    expect(flat(stderr)).toContain(
      `gateway-tls init --cluster demo --region eu-west-1 --sandbox --sandbox-state ${fresh.statePath}`,
    );
  });

  it("add-host without a host is shown one, with the same flags", async () => {
    const { exitCode, stderr } = await runInSandbox("add-host --yes", installed);
    expect(exitCode).toBe(2);
    expect(flat(stderr)).toContain(
      `gateway-tls add-host api.example.com --backend NAMESPACE/SERVICE:PORT --cluster demo --sandbox --sandbox-state ${installed.statePath}`,
    );
  });
});

describe("a kept configuration that is broken", () => {
  async function keep(text: string): Promise<void> {
    const sandbox = await createSandbox({ statePath: installed.statePath, faults: [] });
    const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    const at = { kind: kinds.ConfigMap, namespace: "gateway-tls", name: "gateway-tls" };
    const kept = await kubernetes.get(at);
    if (kept === undefined) throw new Error("init keeps its config");
    await kubernetes.delete([at]);
    await kubernetes.apply([{ ...kept, data: { "gateway-tls.yaml": text } }]);
    await sandbox.close();
  }
  it.each([
    "init --yes",
    "add-host api.example.com --backend shop/api:8080",
    "remove-host www.example.com --yes",
    "uninstall --yes",
    "status",
    "check",
    "config show",
  ])("%s: names the ConfigMap, and what mends it", async (line) => {
    const { stdout: text } = await runInSandbox("config show", installed);
    await keep(`${text}domian: *nobody\n`);
    const { exitCode, stderr } = await runInSandbox(line, installed);
    await keep(text);
    expect(flat(stderr)).toContain("The ConfigMap gateway-tls/gateway-tls keeps the configuration");
    expect(stderr).toContain("GT-CONFIG-KEPT");
    expect(stderr).toContain("kubectl edit configmap gateway-tls --namespace gateway-tls");
    expect(exitCode).toBe(1);
  });
});
