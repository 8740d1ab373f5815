import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { perform, type Screenplay } from "../support/pty.ts";

const root = join(import.meta.dirname, "../..");
/** A copy of the package below the repository, where the program still finds its templates. */
const copy = join(root, `dist.test-${process.pid}`);
const bin = join(copy, "bin/gateway-tls.js");
const ENTER = "\r";
const CTRL_C = "\u0003";
const DOWN = "\u001b[B";

const open: Screenplay[] = [];

beforeAll(async () => {
  for (const part of ["bin", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli.ts"],
    outdir: join(copy, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    logLevel: "error",
    banner: {
      js: 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);',
    },
  });
}, 60_000);

afterEach(() => {
  for (const play of open.splice(0)) play.kill();
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

function init(columns: number) {
  const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-wizard-"));
  const state = join(cwd, "world.json");
  const play = perform(process.execPath, [bin, "init", "--sandbox", "--sandbox-state", state], {
    columns,
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, TERM: "xterm-256color", LANG: "C.UTF-8" },
  });
  open.push(play);
  return { play, state };
}

/** Each question, and the keys that answer it. */
const script: readonly (readonly [question: string, keys: string])[] = [
  ["? Domain", ENTER],
  ["? Email for the certificate authority", `ops@example.com${ENTER}`],
  ["? EKS cluster", ENTER],
  ["? Host", ENTER],
  ["? Backend", ENTER],
];

async function answer(play: Screenplay, count: number): Promise<void> {
  for (const [question, keys] of script.slice(0, count)) {
    await play.see(question);
    play.type(keys);
  }
}

test.each([80, 120])("the questions at %i columns leave one line each", async (columns) => {
  const { play } = init(columns);
  await answer(play, script.length);
  await play.see(/Backend \S+\/\S+:\d+[\s\S]*\? /);
  const lines = play.lines();
  expect(lines.filter((line) => line.startsWith("[wrapped]"))).toEqual([]);
  expect(lines.slice(0, script.length)).toEqual([
    "✓ Domain example.com",
    "✓ Email for the certificate authority ops@example.com",
    "✓ EKS cluster demo",
    "✓ Host www.example.com",
    expect.stringMatching(/^✓ Backend shop\/(web|api):\d+$/),
  ]);
  play.type(CTRL_C);
  expect(await play.ended).toBe(130);
});

test.each(script.map(([question], index) => [index, question] as const))(
  "Ctrl-C at question %i, %s, leaves nothing behind",
  async (index, question) => {
    const { play, state } = init(80);
    await answer(play, index);
    await play.see(question);
    play.type(CTRL_C);
    expect(await play.ended).toBe(130);
    expect(existsSync(state)).toBe(false);
    const lines = play.lines();
    expect(lines.slice(0, index).every((line) => line.startsWith("✓ "))).toBe(true);
    expect(lines[index]).toMatch(/Stopped by Ctrl-C/);
    expect(lines.join("\n")).not.toContain(question);
  },
);

test("a wrong answer is explained and can be mended", async () => {
  const { play } = init(80);
  await answer(play, 1);
  await play.see("? Email");
  play.type(`nobody${ENTER}`);
  await play.see("one @ is needed");
  play.type(`@example.com${ENTER}`);
  await play.see("✓ Email for the certificate authority nobody@example.com");
  expect(play.lines().join("\n")).not.toContain("one @ is needed");
});

test("what is typed and is not there is refused in whole words, and leaves one line", async () => {
  const { play } = init(80);
  await play.see("? Domain");
  play.type(`${DOWN}${ENTER}`);
  await play.see(/^(?![\s\S]*another domain)[\s\S]*\? Domain/);
  play.type(`shop.example.org${ENTER}`);
  await play.see("Did you mean shop.example.com?");
  const refused = play.lines().slice(1, 3);
  expect(refused.join(" ")).toContain("account, which has example.com. Did you mean");
  play.type(`${"\u007f".repeat(3)}com${ENTER}`);
  await play.see("? Email");
  expect(play.lines()[0]).toBe("✓ Domain shop.example.com");
});
