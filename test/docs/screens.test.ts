import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { argumentsOf, findCommands, readBlock } from "./document.ts";
import { buildProgram, recordScreen, withoutTimes } from "./screen.ts";

const README = "README.md";
const [first] = findCommands(README).filter(({ command }) => command.includes("--sandbox"));
const init = [...new Set([...(argumentsOf(first?.command ?? "") ?? []), "--yes"])];
const addHost = "add-host api.example.com --backend shop/api:8080 --cluster demo --sandbox --yes";

describe("the screens of the README", () => {
  let folder: string;
  let program: Awaited<ReturnType<typeof buildProgram>>;
  let made: Awaited<ReturnType<typeof recordScreen>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gateway-tls-screen-"));
    program = await buildProgram();
    const world = ["--sandbox-state", "well.json"];
    made = await recordScreen(program.bin, init, folder);
    await recordScreen(program.bin, [...init, ...world], folder);
    await recordScreen(program.bin, [...addHost.split(" "), ...world], folder);
  }, 60_000);
  afterAll(async () => {
    await program.remove();
    await rm(folder, { recursive: true });
  });

  function compare(name: string, screen: readonly string[]) {
    const text = ["```text", ...screen, "```"].join("\n");
    return readBlock(README, name, text, withoutTimes);
  }

  it("have the end of init", () => {
    const { exitCode, lines } = made;
    expect(exitCode).toBe(0);
    const tree = lines.slice(lines.findIndex((line) => line.includes("Kept configuration")));
    const { found, wanted } = compare("screen", tree);
    expect(found).toBe(wanted);
  });

  it.each([
    { name: "healthy", before: [], exitCode: 0 },
    {
      name: "waiting",
      before: ["promote", "--to", "staging", "--timeout", "5", "--yes"],
      hosts: ["www.example.com"],
      exitCode: 3,
    },
    { name: "delegation", before: [], fault: "undelegated-zone", exitCode: 3 },
    { name: "load-balancer", before: init, fault: "no-load-balancer-address", exitCode: 3 },
    { name: "rate-limit", before: init, fault: "rate-limited", exitCode: 3 },
  ])("have what status shows: $name", async ({ name, before, fault, hosts = [], exitCode }) => {
    const world = ["--sandbox", "--sandbox-state", `${name}.json`];
    const faults = fault === undefined ? [] : ["--sandbox-fault", fault];
    if (before !== init) await copyFile(join(folder, "well.json"), join(folder, `${name}.json`));
    if (before.length > 0) {
      await recordScreen(program.bin, [...before, ...world, ...faults], folder);
    }
    const seen = await recordScreen(program.bin, ["status", ...hosts, ...world, ...faults], folder);
    expect(seen.exitCode).toBe(exitCode);
    const { found, wanted } = compare(`status-${name}`, seen.lines);
    expect(found).toBe(wanted);
  });
});
