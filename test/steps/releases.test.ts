import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-releases-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

/** As a helm that was killed while it uninstalled a release of this revision. */
function leaveUninstalling({ simulation: { state, store } }: Sandbox, revision: number): void {
  state.releases = state.releases.map(({ deployed, ...release }) =>
    release.name === "cert-manager"
      ? { ...release, revision, status: "uninstalling" }
      : { ...release, ...(deployed === undefined ? {} : { deployed }) },
  );
  const webhook = store.findKind("Deployment", "cert-manager-webhook", "cert-manager");
  if (webhook !== undefined) store.remove(webhook);
}

describe("a helm that was killed while it uninstalled", () => {
  it.each([1, 2, 7])("is followed by a new install: revision %i", async (revision) => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    leaveUninstalling(sandbox, revision);
    const { error, result } = await bringUp(sandbox);
    expect(error).toBeUndefined();
    expect(result?.changes).toContain("uninstalled helm release cert-manager/cert-manager");
    const live = sandbox.simulation.state.releases.find(({ name }) => name === "cert-manager");
    expect(live).toMatchObject({ revision: 1, status: "deployed" });
  });
});
