import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeFileFailure } from "../../src/errors.ts";
import { runCli } from "../support/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-tls-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const failureOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(() => "none", describeFileFailure);

test("each failure has its reason in words", async () => {
  const file = join(folder, "there");
  await writeFile(file, "");
  expect(await failureOf(readFile(join(folder, "absent")))).toMatch(/no such file/);
  expect(await failureOf(writeFile(join(folder, "absent/file"), ""))).toMatch(/no such file/);
  expect(await failureOf(readFile(folder))).toBe("it is a directory");
  expect(await failureOf(writeFile(file, "", { flag: "wx" }))).toBe("it is there already");
});

test("a command says why its file cannot be read", async () => {
  const { exitCode, stderr } = await runCli(["config", "validate", "--config", folder]);
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/cannot be\s+read:\s+it is a\s+directory/),
  });
});
