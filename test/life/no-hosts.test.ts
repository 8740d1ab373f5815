import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runInSandbox } from "../support/life.ts";

let cwd: string;
const run = (line: string) => runInSandbox(line, { statePath: join(cwd, "sandbox.json"), cwd });

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-no-hosts-"));
  await run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
  await run("remove-host www.example.com --yes");
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

it("init says of each step for hosts that there are none", async () => {
  const { exitCode, stderr } = await run("init --cluster demo --yes");
  expect(exitCode).toBe(0);
  const ends = stderr.split("\n").flatMap((line) => {
    const [, step, end] = /\[(\S+)\] (?:done|unchanged): (.*)$/.exec(line) ?? [];
    return end === undefined ? [] : [`${step} ${end}`];
  });
  for (const step of [
    "routes",
    "dns-record",
    "https-listener",
    "certificate",
    "handshake",
    "promotion",
    "redirect",
  ]) {
    expect(ends).toContain(`${step} no hosts`);
  }
});

it("promote says so too, in both directions", async () => {
  const words = (issuer: string) =>
    `No host is served yet: those to come get ${issuer} certificates.`;
  expect((await run("promote --yes")).stdout).toContain(words("production"));
  const back = await run("promote --to staging --yes");
  expect(back.exitCode).toBe(0);
  expect(back.stdout).toContain(words("staging"));
});
