import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completeAction } from "../../src/commands/access.ts";
import { openCluster } from "../../src/commands/status-connect.ts";
import { UserError } from "../../src/errors.ts";
import { fields } from "../../src/sandbox/fields.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import type { WorldState } from "../../src/sandbox/world-state.ts";
import { joinLines } from "../support/join-lines.ts";
import { runCli } from "../support/run-cli.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-actions-"));
const installed = join(directory, "installed.json");
const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app", "--yes"];

beforeAll(async () => {
  const where = ["--cluster", "demo", "--sandbox", "--sandbox-state", installed];
  const { exitCode, stderr } = await runCli(["init", ...wanted, ...where]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A status of the installed world, changed by somebody. */
async function statusOf(
  change: (objects: WorldState["objects"]) => void,
  ...flags: readonly string[]
) {
  const statePath = join(directory, "changed.json");
  cpSync(installed, statePath);
  const state = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  change(state.objects);
  writeFileSync(statePath, JSON.stringify(state));
  const ran = await runCli(["status", ...flags, "--sandbox", "--sandbox-state", statePath]);
  return { ...ran, statePath };
}

const withoutExternalDns = (objects: WorldState["objects"]) => {
  for (const key of Object.keys(objects)) {
    if (key.endsWith("Deployment|external-dns|external-dns")) delete objects[key];
  }
};
const withoutPods = (objects: WorldState["objects"]) => {
  for (const object of Object.values(objects)) {
    if (object.kind !== "Deployment" || object.metadata.name !== "coffee") continue;
    object["spec"] = { ...fields(object["spec"]), replicas: 0 };
  }
};

describe("what is to be done can be pasted", () => {
  test("our own command names the cluster and how it was reached", async () => {
    const ran = await statusOf(withoutExternalDns);
    expect(ran.exitCode).toBe(3);
    expect(joinLines(ran.stdout)).toContain(
      `gateway-tls init --cluster demo --sandbox --sandbox-state ${ran.statePath}`,
    );
  });

  test("and does what it says", async () => {
    const { stdout } = await statusOf(withoutExternalDns, "--output", "json");
    const [, ...argv] = String(JSON.parse(stdout).next).split(" ");
    expect((await runCli([...argv, "--yes"])).exitCode).toBe(0);
    expect((await runCli(["status", ...argv.slice(1)])).exitCode).toBe(0);
  });

  test("kubectl's command has the context that was named, and else which cluster it must be", async () => {
    const own = await statusOf(withoutPods, "--context", "prod");
    expect(own.stdout).toContain("kubectl --context prod get pods");
    expect(own.stdout).not.toContain("kubectl's context must be");
    const ours = await statusOf(withoutPods);
    expect(ours.stdout).toContain("  kubectl get pods --namespace gateway-tls-sample\n");
    expect(ours.stdout).toContain("kubectl's context must be that of the cluster demo.");
  });

  test("an error's hint too", async () => {
    const { stderr } = await statusOf(() => undefined, "--context", "prod", "wwww.example.com");
    expect(joinLines(stderr)).toMatch(
      /gateway-tls status --context prod --sandbox .* www\.example\.com/,
    );
  });
});

test("each of our commands reaches the cluster that was looked at", () => {
  const access = { cluster: "demo", gatewayTls: ["--cluster demo"], kubectl: [] };
  const text = "gateway-tls promote --to staging";
  expect(completeAction(text, access)).toBe("gateway-tls promote --cluster demo --to staging");
});

test.each([
  ["kubectl get pods", "kubectl --context prod --kubeconfig own.yaml get pods"],
  // Which contexts there are does not depend on one.
  ["kubectl config get-contexts", "kubectl --kubeconfig own.yaml config get-contexts"],
  ["helm rollback a 3", "helm --kube-context prod --kubeconfig own.yaml rollback a 3"],
  ["with helm upgrade, then", "with helm upgrade, then"],
  ["Log in to it (helm registry login)", "Log in to it (helm registry login)"],
])("other tools are told the cluster as they know it: %s", (text, complete) => {
  const kubectl = ["--context prod", "--kubeconfig own.yaml"];
  expect(completeAction(text, { cluster: "demo", gatewayTls: [], kubectl })).toBe(complete);
});

test.each([
  ["Gateway names are no commands", "kubectl describe gateway gateway-tls --namespace gateway-tls"],
  ["nor are sentences about kubectl", "kubectl's context"],
])("%s", (_, text) => {
  const access = { cluster: "demo", gatewayTls: ["--cluster demo"], kubectl: [] };
  expect(completeAction(text, access)).toBe(text);
});

test("why a cluster could not be opened is told with its context", async () => {
  const sandbox = await createSandbox({ statePath: join(directory, "none.json"), faults: [] });
  const refused = new UserError("GT-CLUSTER-UNAUTHORIZED", "It does not know this caller.", {
    hint: "Log in again, then check with: kubectl auth whoami",
  });
  const world = { ...sandbox, connect: () => Promise.reject(refused) };
  const flags = { context: "prod" };
  const opening = openCluster(world, undefined, "eu-west-1", {
    flags,
    options: flags,
    terminal: undefined,
  });
  await expect(opening).rejects.toMatchObject({
    code: "GT-CLUSTER-UNAUTHORIZED",
    hint: "Log in again, then check with: kubectl --context prod auth whoami",
  });
});
