import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { UserError } from "../../src/errors.ts";
import { parseFaults, sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { newSandbox, START } from "./bring-up.ts";
import { faultEndings } from "./fault-endings.ts";
import { runInit } from "./whole-run.ts";

interface Ending {
  code: string;
  exitCode: number;
  /** The error's message; without an error, what was told on the way. */
  message: string;
  sandbox: Sandbox;
}

/** Runs `init` in a world; how it ends: an error's code, or `done`. */
async function endingIn(sandbox: Sandbox, config: Partial<Config> = {}): Promise<Ending> {
  const told: string[] = [];
  const { error, result } = await runInit(sandbox, config, ({ message }) => {
    if (message !== undefined) told.push(message);
  }).catch((thrown: unknown) => ({ error: thrown, result: { result: "failed" } }));
  if (error instanceof UserError) {
    const { code, exitCode, message } = error;
    return { code, exitCode, message, sandbox };
  }
  if (error !== undefined) throw error;
  return { code: result.result, exitCode: 0, message: told.join("\n"), sandbox };
}

describe("each fault shows itself as in life", () => {
  test.each(Object.entries(faultEndings))("%s", async (fault, { words, ...ending }) => {
    const found = await endingIn(await newSandbox({ faults: [fault] }));
    expect(found).toMatchObject({ ...ending, message: expect.stringMatching(words) });
  });

  test("slow-dns takes minutes of virtual time", async () => {
    const { sandbox } = await endingIn(await newSandbox({ faults: ["slow-dns"] }));
    expect(sandbox.clock.now().getTime() - START.getTime()).toBeGreaterThan(240_000);
  });

  test("no-pod-identity leads to IRSA", async () => {
    const { sandbox } = await endingIn(await newSandbox({ faults: ["no-pod-identity"] }));
    const { aws } = sandbox.simulation.state;
    expect(Object.keys(aws.oidcProviders)).toHaveLength(1);
    expect(aws.associations).toEqual([]);
  });

  test("old-kubernetes takes the version set 2025", async () => {
    const sandbox = await newSandbox({ faults: ["old-kubernetes"] });
    expect(await endingIn(sandbox, { versions: "2025" })).toMatchObject({ code: "done" });
  });

  const stopped = Object.entries(faultEndings).filter(([, { code }]) => code !== "done");
  test.each(stopped)("%s, once mended, lets the same command end", async (fault, { code }) => {
    const sandbox = await newSandbox({ faults: [fault] });
    expect((await endingIn(sandbox)).code).toBe(code);
    const { statePath } = sandbox;
    writeState(statePath, sandbox.simulation.state);
    const mended = await createSandbox({ statePath, faults: ["none"] });
    expect(mended.simulation.state.faults).toEqual([]);
    // cert-manager asks a CA that refused again after an hour.
    await mended.clock.sleep(3_600_000);
    expect(await endingIn(mended)).toMatchObject({ code: "done" });
  });

  test("a world remembers its fault", async () => {
    const sandbox = await newSandbox({ faults: ["rate-limited"] });
    await endingIn(sandbox);
    const again = await createSandbox({ statePath: sandbox.statePath, faults: [] });
    expect(again.simulation.state.faults).toEqual(["rate-limited"]);
  });
});

describe("fault names", () => {
  test("an unknown one is refused with the nearest and all there are", () => {
    expect(() => parseFaults(["slow-dsn"])).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "GT-SANDBOX-FAULT",
        exitCode: 2,
        message: expect.stringMatching(/Did you mean slow-dns\?.*undelegated-zone.*forbidden/),
      }),
    );
  });

  test("names no nearest where none is near", () => {
    expect(() => parseFaults(["foo"])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("Did you mean") }),
    );
  });

  test("every name is known and described", () => {
    const names = Object.keys(sandboxFaultNames);
    expect(parseFaults(names)).toEqual(names);
    for (const line of Object.values(sandboxFaultNames)) expect(line).toMatch(/^\S.{10,90}$/);
  });
});
