import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTools } from "../../src/adapters/tools.ts";

const FAKES = fileURLToPath(new URL("../support/bin", import.meta.url));
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gt-tools-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const versions = (...path: string[]) => createTools({ PATH: path.join(delimiter) }).versions();

function writeProgram(name: string, body: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(directory, name), 0o755);
}

describe("the versions of kubectl and helm", () => {
  it("come without their v", async () => {
    const found = await versions(FAKES, dirname(process.execPath));
    expect(found).toEqual({ kubectl: "1.34.1", helm: "3.19.0" });
  });

  it("are undefined for what is not on the PATH", async () => {
    expect(await versions(directory)).toEqual({ kubectl: undefined, helm: undefined });
    writeProgram("helm", "printf v4.2.4");
    expect(await versions(directory)).toEqual({ kubectl: undefined, helm: "4.2.4" });
  });

  it("say which program is broken", async () => {
    writeProgram("kubectl", "echo 'no such library' >&2; exit 127");
    await expect(versions(directory)).rejects.toMatchObject({
      code: "GT-TOOL-BROKEN",
      message: "kubectl is on the PATH, but does not say its version: no such library.",
    });
    writeProgram("kubectl", "echo hello");
    await expect(versions(directory)).rejects.toMatchObject({ code: "GT-TOOL-BROKEN" });
  });
});
