import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { envNameOf } from "../../src/config/setting.ts";
import { settingIds, settingOf } from "../../src/config/settings.ts";
import { runCli } from "../support/run-cli.ts";
import { argumentsOf, documents, findCommands, readText } from "./document.ts";

const README = "README.md";

it("the README can be read in ten minutes", () => {
  expect(readText(README).split("\n").length).toBeLessThan(350);
});

describe("what the README tells to write", () => {
  it("pins the version that this is", () => {
    const { version }: { version: string } = JSON.parse(readText("package.json"));
    const pinned = readText(README).match(/(?<=gateway-tls@)[\w.-]+/g) ?? [];
    expect(new Set(pinned)).toEqual(new Set([version]));
  });
});

it.each(documents)("%s names environment variables that exist", (path) => {
  const known = [...settingIds.map((id) => envNameOf(settingOf(id))), "GATEWAY_TLS_TEST_DATA"];
  const told = readText(path).match(/GATEWAY_TLS_[A-Z_]*[A-Z]/g) ?? [];
  expect(told.filter((name) => !known.includes(name))).toEqual([]);
});

/** With its screens it is run in operations.test.ts. */
const OPERATIONS = "docs/operations.md";

const sandboxed = documents
  .filter((path) => path !== OPERATIONS)
  .map((path) => ({
    path,
    told: findCommands(path).flatMap((line) => {
      const args = argumentsOf(line.command);
      return args?.includes("--sandbox") === true ? [{ ...line, args }] : [];
    }),
  }))
  .filter(({ told }) => told.length > 0);

it.each(sandboxed)(
  "$path tells commands that the sandbox takes, one after the other",
  async ({ told }) => {
    const stateHome = await mkdtemp(join(tmpdir(), "gateway-tls-readme-"));
    const options = { env: { XDG_STATE_HOME: stateHome }, cwd: stateHome };
    const ran: unknown[] = [];
    for (const { command, args } of told) {
      const { exitCode } = await runCli(args, options);
      ran.push({ command, exitCode });
    }
    await rm(stateHome, { recursive: true });
    expect(ran).toEqual(told.map(({ command, exitCode }) => ({ command, exitCode })));
  },
  60_000,
);
