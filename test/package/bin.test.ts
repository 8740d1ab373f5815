import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-tls-bin-"));
  await cp(join(root, "bin"), join(folder, "bin"), { recursive: true });
  await cp(join(root, "package.json"), join(folder, "package.json"));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(args: string[], options: { nodeArgs?: string[]; closeStdout?: boolean } = {}) {
  const bin = join(folder, "bin/gateway-tls.js");
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), bin, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
  });
  let stdout = "";
  let stderr = "";
  if (options.closeStdout === true) child.stdout.destroy();
  else child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end();
  await once(child, "close");
  return { exitCode: child.exitCode, stdout, stderr };
}

async function writeCli(main: string) {
  await mkdir(join(folder, "dist"));
  await writeFile(join(folder, "dist/cli.js"), `export async function main(args, io) {${main}}`);
}

test.each(["--version", "-V"])("%s needs nothing but package.json", async (flag) => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(await run([flag])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test("says how to build what is not built", async () => {
  expect(await run(["init"])).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: "gateway-tls is not built: dist/ is missing.\nRun npm run build.\n",
  });
});

test("hands over arguments, streams, environment and folder, and exits with the answer", async () => {
  await writeCli(`
    io.stdout.write(JSON.stringify([args, io.cwd, typeof io.stdin.on,
      io.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED]));
    io.stderr.write("progress");
    return 3;`);
  const { exitCode, stdout, stderr } = await run(["status", "--version"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "progress" });
  const [args, cwd, on, warning] = JSON.parse(stdout);
  expect({ args, on, warning }).toEqual({
    args: ["status", "--version"],
    on: "function",
    warning: "true",
  });
  expect(cwd).toContain("gateway-tls-bin-");
});

test("a failure that nobody caught is a bug: it shows where, and exits 1", async () => {
  await writeCli(`throw new TypeError("oops");`);
  const { exitCode, stderr } = await run([]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/failed in a way that it should not\.\nTypeError: oops\n\s+at \S*main /);
});

test("a reader that went away does not end the work", async () => {
  await writeCli(`
    for (let line = 0; line < 1000; line++) {
      await new Promise((done) => io.stdout.write("x".repeat(1000), () => done()));
    }
    io.stderr.write("finished");
    return 0;`);
  expect(await run([], { closeStdout: true })).toMatchObject({ exitCode: 0, stderr: "finished" });
});

test.each([
  ["18.19.1", true],
  ["20.16.0", true],
  ["20.17.0", false],
  ["22.0.0", false],
])("on Node %s it asks for a newer one: %s", async (version, refused) => {
  const preload = join(folder, "preload.cjs");
  await writeFile(
    preload,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });
     Object.defineProperty(process, "version", { value: "v${version}" });`,
  );
  const { exitCode, stdout, stderr } = await run(["--version"], { nodeArgs: ["-r", preload] });
  expect({ exitCode, printed: stdout !== "" }).toEqual({
    exitCode: refused ? 1 : 0,
    printed: !refused,
  });
  expect(stderr.split("\n")[0]).toBe(
    refused ? `gateway-tls needs Node.js 20.17 or newer; this is v${version}.` : "",
  );
});
