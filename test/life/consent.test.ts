import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runAtTerminal, runInSandbox } from "../support/life.ts";
import { ScriptedTerminal } from "../support/terminal.ts";

let directory: string;
const where = () => ({ statePath: join(directory, "sandbox.json"), cwd: directory });
const run = (line: string) => runInSandbox(line, where());
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-consent-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const init = "init --domain example.com --email ops@example.com --cluster demo --sample-app";

describe("nobody says yes to what was not shown", () => {
  it("in init with a document on stdout", async () => {
    const terminal = new ScriptedTerminal(["no"]);
    const { exitCode, stderr, stdout } = await runAtTerminal(
      `${init} --output json`,
      terminal,
      where(),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Network Load Balancer");
    expect(JSON.parse(stdout)).toMatchObject({ result: "declined", writes: 0 });
  });

  it("in uninstall with a document on stdout", async () => {
    await run(`${init} --yes`);
    const terminal = new ScriptedTerminal(["no"]);
    const { exitCode, stderr, stdout } = await runAtTerminal(
      "uninstall --output json",
      terminal,
      where(),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cert-manager/cert-manager");
    expect(JSON.parse(stdout)).toMatchObject({ result: "declined", writes: 0 });
  });
});

describe("promote --to staging, which makes every host untrusted", () => {
  it("needs --yes where nobody can be asked", async () => {
    await run(`${init} --yes`);
    const { exitCode, stderr } = await run("promote --to staging");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("GT-CONFIRMATION-NEEDED");
    expect(stderr).toContain("untrusted");
  });

  it("says so before it asks, and takes no answer for a no", async () => {
    await run(`${init} --yes`);
    const terminal = new ScriptedTerminal([""]);
    const { exitCode, stderr } = await runAtTerminal("promote --to staging", terminal, where());
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("Browsers refuse staging certificates");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Nothing was changed.");
  });
});
