import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { defaultStatePath } from "../../src/sandbox/state-file.ts";
import { newSandbox, START } from "./bring-up.ts";
import { runInit } from "./whole-run.ts";

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

test("a run that only reads creates no file", async () => {
  const sandbox = await newSandbox();
  const { kubernetes, charts } = await sandbox.connect(undefined, {});
  await kubernetes.list(kinds.Service);
  await charts.list();
  await sandbox.zones.list();
  await sandbox.clock.sleep(3_600_000);
  await sandbox.close();
  expect(existsSync(sandbox.statePath)).toBe(false);
});

test("what was written is there in the next command, and reading it leaves the file as it was", async () => {
  const first = await newSandbox();
  const { kubernetes } = await first.connect(undefined, {});
  await kubernetes.apply([namespace("kept")]);
  const before = readFileSync(first.statePath);
  const { statePath } = first;
  const second = await createSandbox({ statePath, faults: [] });
  const again = await second.connect(undefined, {});
  expect(await again.kubernetes.get({ kind: kinds.Namespace, name: "kept" })).toBeDefined();
  await second.clock.sleep(600_000);
  expect(readFileSync(statePath).equals(before)).toBe(true);
});

test("the file is replaced as a whole: nothing partial stays beside it", async () => {
  const sandbox = await newSandbox();
  const { kubernetes } = await sandbox.connect(undefined, {});
  for (const name of ["a", "b", "c"]) await kubernetes.apply([namespace(name)]);
  await sandbox.close();
  expect(await readdir(dirname(sandbox.statePath))).toEqual(["state.json"]);
});

test("an apply that changes nothing is not kept", async () => {
  const sandbox = await newSandbox();
  const { kubernetes } = await sandbox.connect(undefined, {});
  await kubernetes.apply([namespace("kept")]);
  const { statePath } = sandbox;
  const second = await createSandbox({ statePath, faults: [] });
  const before = readFileSync(statePath);
  const again = await second.connect(undefined, {});
  await again.kubernetes.apply([namespace("kept")]);
  expect(readFileSync(statePath).equals(before)).toBe(true);
});

test("time goes on from where it was, also when this machine's clock is behind", async () => {
  const sandbox = await newSandbox();
  const { kubernetes } = await sandbox.connect(undefined, {});
  await sandbox.clock.sleep(7_200_000);
  await kubernetes.apply([namespace("kept")]);
  const { statePath } = sandbox;
  const second = await createSandbox({ statePath, faults: [], startAt: START });
  expect(second.clock.now().getTime()).toBeGreaterThan(sandbox.clock.now().getTime());
});

test("a world that was left in trouble for a year is there at once", async () => {
  const sandbox = await newSandbox({ faults: ["identity-denied"] });
  await runInit(sandbox);
  const began = performance.now();
  const startAt = new Date(START.getTime() + 365 * 86_400_000);
  const later = await createSandbox({ statePath: sandbox.statePath, faults: [], startAt });
  expect(later.clock.now()).toEqual(startAt);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("init again, in another process, writes nothing and leaves the file as it was", async () => {
  const sandbox = await newSandbox();
  expect((await runInit(sandbox)).result.result).toBe("done");
  const { statePath } = sandbox;
  const before = readFileSync(statePath);
  const second = await createSandbox({ statePath, faults: [] });
  expect((await runInit(second)).result).toMatchObject({ result: "unchanged", writes: 0 });
  expect(readFileSync(statePath).equals(before)).toBe(true);
});

test.each(["", "not json", "[]", '{"schemaVersion":2}'])("refuses the file %j", async (text) => {
  const { statePath } = await newSandbox();
  writeFileSync(statePath, text);
  await expect(createSandbox({ statePath, faults: [] })).rejects.toMatchObject({
    code: "GT-SANDBOX-STATE",
    hint: expect.stringContaining("Delete the file"),
  });
});

test("a path that leads through a file is told, with what to name in its place", async () => {
  const { statePath } = await newSandbox();
  writeFileSync(statePath, "");
  const through = { statePath: join(statePath, "sandbox.json"), faults: [] };
  await expect(createSandbox(through)).rejects.toMatchObject({
    code: "GT-SANDBOX-STATE",
    message: expect.stringContaining("a part of its path is no directory") as unknown,
    hint: expect.stringContaining("--sandbox-state") as unknown,
  });
});

test("the default is under the user's state directory", () => {
  const tail = join("gateway-tls", "sandbox.json");
  expect(defaultStatePath({ XDG_STATE_HOME: "/state" })).toBe(join("/state", tail));
  expect(defaultStatePath({})).toMatch(new RegExp(`\\.local.state.${tail}$`));
});
