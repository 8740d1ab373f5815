import { expect, test } from "vitest";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { runCli } from "../support/run-cli.ts";
import { newSandbox } from "./bring-up.ts";

const KINDS = ["CustomResourceDefinition", "ValidatingAdmissionPolicy"];
const WANTED = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app", "--yes"];

const take = ({ simulation: { store } }: Sandbox) =>
  KINDS.flatMap((kind) => store.all(kind)).map(withoutVersion);

async function install(): Promise<{ sandbox: Sandbox; where: string[] }> {
  const { statePath } = await newSandbox({});
  const where = ["--cluster", "demo", "--sandbox", "--sandbox-state", statePath];
  const { exitCode, stderr } = await runCli(["init", ...WANTED, ...where]);
  expect(exitCode, stderr).toBe(0);
  return { sandbox: await createSandbox({ statePath, faults: [] }), where };
}

function withoutVersion(object: KubernetesObject): unknown {
  const { resourceVersion: _, generation: __, creationTimestamp: ___, ...rest } = object.metadata;
  return { ...object, metadata: { ...rest, uid: "" } };
}

async function goOn({ statePath, simulation }: Sandbox, fault: string): Promise<Sandbox> {
  writeState(statePath, simulation.state);
  return createSandbox({ statePath, faults: [fault] });
}

test("CRDs that somebody puts in the place of ours later: other ones, and no Gateway is lost", async () => {
  const { sandbox } = await install();
  const before = take(sandbox);
  const replaced = await goOn(sandbox, "foreign-crds");
  const crd = replaced.simulation.store.findKind(
    "CustomResourceDefinition",
    "gateways.gateway.networking.k8s.io",
  );
  expect(crd?.metadata).toMatchObject({
    annotations: { "gateway.networking.k8s.io/bundle-version": "v1.2.1" },
    labels: { "app.kubernetes.io/managed-by": "platform-team" },
  });
  expect(replaced.simulation.store.all("Gateway")).toHaveLength(1);
  const mended = await goOn(replaced, "none");
  expect(take(mended)).toEqual(before);
});

test("check names them as foreign; nothing that only looks ends as a write does", async () => {
  const { where } = await install();
  for (const command of ["check", "status"]) {
    const ran = await runCli([command, ...where, "--sandbox-fault", "foreign-crds"]);
    const code = command === "check" ? "GT-CRDS-FOREIGN" : "GT-CRDS-UNSUPPORTED";
    expect(ran.stdout, ran.stderr).toContain(code);
    expect(ran.stdout + ran.stderr).not.toContain("GT-FIELD-CONFLICT");
  }
});
