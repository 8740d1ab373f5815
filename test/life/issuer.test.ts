import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { breakWrite } from "../support/break-write.ts";
import { joinLines } from "../support/join-lines.ts";
import { readHostParts, runInSandbox } from "../support/life.ts";
import { snapshot } from "../support/snapshot.ts";

let cwd: string;
let statePath: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-issuer-"));
  statePath = join(cwd, "sandbox.json");
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string, through?: Parameters<typeof runInSandbox>[2]) =>
  runInSandbox(line, { statePath, cwd }, through);
const access = () => `--cluster demo --sandbox --sandbox-state ${statePath}`;
const openSandbox = () => createSandbox({ statePath, faults: [] });

const INIT = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";
const BACK = "init --cluster demo --issuer staging --yes";

async function readKeptIssuer(): Promise<unknown> {
  const { stdout } = await run("config show --output json");
  return JSON.parse(stdout).config.issuer;
}

describe("init with staging where production is installed", () => {
  it("is refused before any write, and names what goes back", async () => {
    await run(INIT);
    const before = snapshot(await openSandbox());
    const { exitCode, stderr } = await run(BACK);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("GT-ISSUER-BACK");
    expect(joinLines(stderr)).toContain(`gateway-tls promote ${access()} --to staging`);
    expect(snapshot(await openSandbox())).toEqual(before);
    expect(await readKeptIssuer()).toBe("production");
  });

  it("goes on where production was not reached", async () => {
    await run(INIT, breakWrite(30, "after").through);
    expect((await readHostParts(statePath)).issuer).not.toBe("gateway-tls-production");
    expect((await run(BACK)).exitCode).toBe(0);
    expect((await readHostParts(statePath)).issuer).toBe("gateway-tls-staging");
    expect(await readKeptIssuer()).toBe("staging");
  });
});

describe("a way back to staging that was killed", () => {
  beforeEach(async () => {
    await run(INIT);
    await run("promote --to staging --yes", breakWrite(0, "after").through);
  });

  it("is seen by check", async () => {
    expect(await readKeptIssuer()).toBe("staging");
    const { exitCode, stdout } = await run("check --cluster demo");
    expect(exitCode).toBe(3);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "(issuer gateway-tls-production -> gateway-tls-staging)",
    );
  });

  it("is finished by init, which then has nothing to write", async () => {
    const { exitCode, stdout } = await run("init --cluster demo --yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("(STAGING)");
    expect((await readHostParts(statePath)).issuer).toBe("gateway-tls-staging");
    expect((await run("init --cluster demo --yes")).stdout).toContain("Nothing had to change.");
  });
});

it("an init that was killed before the promotion is not waited for by status", async () => {
  const killed = new Error("killed");
  await run(INIT, (world) => ({
    ...world,
    kubernetes: {
      ...world.kubernetes,
      apply: (objects) =>
        JSON.stringify(objects).includes('cluster-issuer":"gateway-tls-production')
          ? Promise.reject(killed)
          : world.kubernetes.apply(objects),
    },
  }));
  const { stdout } = await run("status --cluster demo");
  const text = stdout.replaceAll(/\s+/g, " ");
  expect(text).toContain("still from the staging issuer");
  expect(text).not.toContain("Browsers refuse an expired certificate");
  expect(text).not.toContain("--watch waits by itself");
  expect(text).toMatch(/go on with it: gateway-tls init --cluster demo/);
});

describe("where the production CA limits requests", () => {
  it("init says how to have staging until then, and that works", async () => {
    const { exitCode, stderr } = await run(`${INIT} --sandbox-fault rate-limited`);
    expect(exitCode).toBe(1);
    const text = joinLines(stderr);
    expect(text).toContain(`gateway-tls promote ${access()} --to staging`);
    expect(text).not.toContain("--issuer staging");
    expect(text).toContain("When the date has come, run it again:");
    const back = await run("promote --to staging --yes");
    expect(back.exitCode).toBe(0);
    expect(back.stdout).toContain("serve staging certificates");
  });

  it("add-host says nothing of a flag that it does not have", async () => {
    await run(INIT);
    const { exitCode, stderr } = await run(
      "add-host api.example.com --backend shop/api:8080 --sandbox-fault rate-limited",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-ACME-RATE-LIMITED");
    expect(stderr).not.toContain("--issuer");
    expect(stderr).toMatch(/ \[certificate\] api\.example\.com failed: The CA/);
    expect(stderr).toMatch(
      / \[certificate\] done: issued by gateway-tls-production, without api\.example\.com/,
    );
    expect(stderr).toContain(" [failed-hosts] done: left out: api.example.com");
  });
});
