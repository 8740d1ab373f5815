import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as v from "valibot";
import { childrenDirectory, endLeftovers } from "../../../src/adapters/cluster/children.ts";
import { isRunning } from "../../../src/adapters/cluster/process-identity.ts";
import {
  createFakeScene,
  FAKE_TOKEN,
  type FakeScene,
} from "../../support/fake-cluster/fake-connection.ts";

let scene: FakeScene;
let run: ChildProcess | undefined;

beforeEach(async () => {
  run = undefined;
  scene = await createFakeScene();
});
afterEach(async () => {
  if (run !== undefined && run.exitCode === null && run.signalCode === null) {
    run.kill("SIGKILL");
    await once(run, "exit");
  }
  await endLeftovers(scene.env);
  await scene.close();
});

/** A run of our own in another process that stays once it is connected; SIGTERM makes it exit. */
async function startRun(): Promise<ChildProcess> {
  const bundle = join(scene.directory, "connect.mjs");
  await build({
    entryPoints: [
      fileURLToPath(new URL("../../../src/adapters/cluster/connect.ts", import.meta.url)),
    ],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const main = join(scene.directory, "main.mjs");
  const token = `{ token: "${FAKE_TOKEN}", expiresAt: new Date(Date.now() + 840000) }`;
  writeFileSync(
    main,
    `import { connectCluster } from "./connect.mjs";
const cluster = ${JSON.stringify(scene.eks)};
await connectCluster({ cluster, access: {}, createToken: async () => (${token}), env: process.env });
process.on("SIGTERM", () => process.exit(3));
setInterval(() => {}, 1e6);
console.log("connected");
`,
  );
  const child = spawn(process.execPath, [main], {
    env: scene.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  run = child;
  await once(child.stdout, "data");
  return child;
}

const RecordSchema = v.object({
  directories: v.array(v.string()),
  children: v.array(v.object({ pid: v.number(), startedAt: v.string() })),
});

/** What the run has on record. */
function readRecord() {
  const directory = childrenDirectory(scene.env);
  const [file = ""] = readdirSync(directory);
  return v.parse(RecordSchema, JSON.parse(readFileSync(join(directory, file), "utf8")));
}

describe("a run that is killed", () => {
  it("leaves its proxy and its token behind, and the next one ends and removes them", async () => {
    const child = await startRun();
    const { directories, children } = readRecord();
    expect(children).toHaveLength(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(children.every(isRunning)).toBe(true);

    await (await scene.connect()).close();
    expect(children.some(isRunning)).toBe(false);
    expect(directories.some((path) => existsSync(path))).toBe(false);
    expect(readdirSync(childrenDirectory(scene.env))).toEqual([]);
  });
});

describe("a run that exits without closing", () => {
  it("takes its proxy and its files along", async () => {
    const child = await startRun();
    const { directories, children } = readRecord();
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([3, null]);
    expect(directories.filter((path) => existsSync(path))).toEqual([]);
    expect(readdirSync(childrenDirectory(scene.env))).toEqual([]);
    // Its group was sent SIGKILL; the kernel may need a moment.
    while (children.some(isRunning)) await new Promise((resolve) => setImmediate(resolve));
    expect(children).toHaveLength(1);
  });
});
