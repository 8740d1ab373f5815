import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { argumentsOf, readBlock, readText } from "./document.ts";
import { buildProgram, recordScreen, withoutTimes } from "./screen.ts";

const OPERATIONS = "docs/operations.md";

/** Of a screen that is longer than its point: its first line, and the line that it ends before. */
const PARTS: Record<string, { from: RegExp; before?: RegExp }> = {
  "add-host-plan": { from: /^Gateway {2}\d/ },
  "add-host": { from: /^✓ /, before: /^Next/ },
  "add-hosts": { from: /^✓ /, before: /^Next/ },
  promote: { from: /^✓ / },
  check: { from: /^\d+ passed/ },
  "remove-host": { from: /^✓ / },
  "uninstall-plan": { from: /^Configuration {2}\d/ },
  uninstall: { from: /^✓ / },
};

interface Scene {
  command: string;
  exitCode: number;
  /** The block below the command; `undefined` where its screen is not shown. */
  block: string | undefined;
}

/** The commands in their order: one in each shell block, its screen in the block that follows. */
function readScenes(): Scene[] {
  const found = readText(OPERATIONS).matchAll(
    /^```sh\n([^\n]*)\n```\n(?:\n<!-- ([\w-]+):begin -->)?/gm,
  );
  return [...found].map(([, line = "", block]) => {
    const [command = "", comment = ""] = line.split(/\s+# /);
    return { command, exitCode: Number(/exit (\d+)/.exec(comment)?.[1] ?? 0), block };
  });
}

function takePart(block: string, lines: readonly string[]): string {
  const { from = /^/, before } = PARTS[block] ?? {};
  const begun = lines.slice(lines.findIndex((line) => from.test(line)));
  const end = before === undefined ? -1 : begun.findIndex((line) => before.test(line));
  return (end < 0 ? begun : begun.slice(0, end)).join("\n").trimEnd();
}

describe("the life of an installation, as it is told", () => {
  let folder: string;
  let program: Awaited<ReturnType<typeof buildProgram>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gateway-tls-operations-"));
    program = await buildProgram();
    const [hosts = ""] =
      /(?<=```yaml\n)# hosts\.yaml\n.*?(?=```)/s.exec(readText(OPERATIONS)) ?? [];
    await writeFile(join(folder, "hosts.yaml"), hosts);
  }, 60_000);
  afterAll(async () => {
    await program.remove();
    await rm(folder, { recursive: true });
  });

  it("is what the program shows, one command after the other", async () => {
    const scenes = readScenes().filter(({ command }) => command.includes("--sandbox"));
    expect(scenes.filter(({ block }) => block !== undefined).length).toBeGreaterThan(8);
    for (const { command, exitCode, block } of scenes) {
      const ran = await recordScreen(program.bin, argumentsOf(command) ?? [], folder);
      expect(ran.exitCode, `${command}\n${ran.lines.join("\n")}`).toBe(exitCode);
      if (block === undefined) continue;
      const printed = ["```text", takePart(block, ran.lines), "```"].join("\n");
      const { found, wanted } = readBlock(OPERATIONS, block, printed, withoutTimes);
      expect(found, command).toBe(wanted);
    }
  }, 120_000);
});
