import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { joinLines } from "../support/join-lines.ts";
import { runCli } from "../support/run-cli.ts";

let directory: string;
let statePath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-limit-"));
  statePath = join(directory, "sandbox.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A file of new hosts, for `add-host --from` and for `init --config`. */
function writeHosts(count: number): void {
  const hosts = Array.from(
    { length: count },
    (_, index) => `  - hostname: host-${index + 1}.example.com\n    backend: shop/api:8080`,
  );
  const list = `hosts:\n${hosts.join("\n")}\n`;
  writeFileSync(join(directory, "hosts.yaml"), list);
  writeFileSync(join(directory, "init.yaml"), `apiVersion: gateway-tls/v1\nkind: Config\n${list}`);
}

async function run(line: string) {
  const args = `${line} --yes --sandbox --sandbox-state ${statePath}`.split(" ");
  const { exitCode, stderr } = await runCli(args, { cwd: directory });
  return { exitCode, stderr: joinLines(stderr) };
}

const INIT = "init --domain example.com --email ops@example.com --cluster demo";

async function countListeners(): Promise<number> {
  const sandbox = await createSandbox({ statePath, faults: [] });
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const gateway = { kind: kinds.Gateway, namespace: "gateway-tls", name: "gateway-tls" };
  const spec: { listeners?: unknown[] } = Object((await kubernetes.get(gateway))?.["spec"]);
  return spec.listeners?.length ?? 0;
}

it("add-host says first what does not fit into the CA's week", async () => {
  writeHosts(55);
  await run(`${INIT} --sample-app`);
  const { exitCode, stderr } = await run("add-host --from hosts.yaml");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("GT-CERTIFICATES-LIMIT");
  expect(stderr).toContain("too many by 6");
  expect(stderr).toContain(
    `gateway-tls promote --cluster demo --sandbox --sandbox-state ${statePath} --to staging`,
  );
  expect(await countListeners()).toBe(2);
});

it("so does init, before its first write", async () => {
  writeHosts(55);
  const { exitCode, stderr } = await run(`${INIT} --config init.yaml`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("GT-CERTIFICATES-LIMIT");
  expect(stderr).toContain("too many by 5");
  expect(stderr).toContain("--issuer staging");
  expect(await countListeners()).toBe(0);
});

it("staging takes them all; promote says then what does not fit", async () => {
  writeHosts(3);
  const staged = await run(`${INIT} --config init.yaml --issuer staging --certificates-per-week 2`);
  expect(staged.exitCode, staged.stderr).toBe(0);
  const { exitCode, stderr } = await run("promote --certificates-per-week 2");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("too many by 1: host-3.example.com");
});

it("the limit is the one that is said, counted with what was issued", async () => {
  writeHosts(3);
  await run(`${INIT} --sample-app`);
  const refused = await run("add-host --from hosts.yaml --certificates-per-week 3");
  expect(refused.stderr).toContain("Here 1 came");
  expect(refused.stderr).toContain("--certificates-per-week N");
  const { exitCode, stderr } = await run("add-host --from hosts.yaml --certificates-per-week 4");
  expect(exitCode, stderr).toBe(0);
  expect(await countListeners()).toBe(5);
});
