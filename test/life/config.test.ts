import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runInSandbox } from "../support/life.ts";

const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-config-"));
const statePath = join(cwd, "sandbox.json");
const schema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/config.schema.json"), "utf8"),
);
const isConfig = new Ajv2020({ validateFormats: false, allowUnionTypes: true }).compile(schema);
const run = (line: string) => runInSandbox(line, { statePath, cwd });
const head = "apiVersion: gateway-tls/v1\nkind: Config\n";

beforeAll(async () => {
  const given = "--domain example.com --email ops@example.com --cluster demo --backend shop/web:80";
  await run(`init ${given} --yes`);
  writeFileSync(join(cwd, "good.yaml"), `${head}hosts:\n  - hostname: www.example.com\n`);
  writeFileSync(join(cwd, "bad.yaml"), `${head}issuer: none\nidentity: isra\n`);
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe("config show", () => {
  it("prints the file, and in JSON the same as a document", async () => {
    const { stdout: yaml } = await run("config show");
    const { stdout: json } = await run("config show --output json");
    const document: { config: unknown } = JSON.parse(json);
    expect(document).toEqual({ schemaVersion: 1, config: parse(yaml), notes: [] });
    expect(isConfig(document.config), JSON.stringify(isConfig.errors)).toBe(true);
    expect((await run("config show --output yaml")).stdout).toBe(yaml);
  });

  it("says that nothing is installed", async () => {
    const other = { statePath: join(cwd, "empty.json"), cwd };
    const { exitCode, stderr } = await runInSandbox("config show", other);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-NOT-INSTALLED");
  });
});

describe("config validate", () => {
  it("says what is right in one line", async () => {
    const { exitCode, stdout } = await run("config validate --config good.yaml");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "good.yaml is valid: 1 host.\n" });
  });

  it.each([
    ["good.yaml", 0, null],
    [
      "bad.yaml",
      2,
      { code: "GT-CONFIG-FILE", message: expect.stringMatching(/issuer[^]*identity/) },
    ],
    ["none.yaml", 2, { code: "GT-CONFIG-FILE", message: expect.stringContaining("no such file") }],
  ])("has one form of document: %s", async (file, exitCode, error) => {
    const ran = await run(`config validate --config ${file} --output json`);
    const document: Record<string, unknown> = JSON.parse(ran.stdout);
    expect(ran.exitCode).toBe(exitCode);
    expect(Object.keys(document)).toEqual(["schemaVersion", "file", "valid", "error"]);
    expect(document).toMatchObject({ schemaVersion: 1, file, valid: exitCode === 0, error });
    expect(ran.stderr.includes("GT-CONFIG-FILE")).toBe(exitCode !== 0);
    const yaml = await run(`config validate --config ${file} --output yaml`);
    expect(parse(yaml.stdout)).toEqual(document);
  });

  it("refuses an output that there is not", async () => {
    const { exitCode, stderr } = await run("config validate --config good.yaml --output jsno");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Did you mean json?");
  });
});
