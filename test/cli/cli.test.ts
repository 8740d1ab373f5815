import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Cancelled, UserError, type ExitCode } from "../../src/errors.ts";
import type { CommandInput } from "../../src/commands/command.ts";
import { verbs } from "../../src/commands/verbs.ts";
import { runCli } from "../support/run-cli.ts";

const resultSchema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/result.schema.json"), "utf8"),
);
const isResult = new Ajv2020({ validateFormats: false }).compile(resultSchema);

const words = (line: string) => line.split(" ");
const verb = (run: (input: CommandInput) => Promise<ExitCode>) =>
  verbs.map((each) => ({ ...each, load: () => Promise.resolve({ run }) }));

describe("help", () => {
  test.each([["--help"], ...verbs.map(({ name }) => [name, "--help"])])(
    "of %s %s fits 80 columns",
    async (...argv) => {
      const { exitCode, stdout, stderr } = await runCli(argv.filter((text) => text !== undefined));
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(stdout).toContain("Usage: gateway-tls");
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test("of a verb shows its flags by group, with examples", async () => {
    const { stdout } = await runCli(["init", "--help"]);
    for (const text of ["What you want:", "--domain <NAME>", "--no-redirect", "Examples:"]) {
      expect(stdout).toContain(text);
    }
  });

  test("goes to stderr, exit 2, when nothing was said", async () => {
    const { exitCode, stdout, stderr } = await runCli([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Commands:");
  });

  test("--version prints the package's", async () => {
    const { stdout } = await runCli(["--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("wrong usage", () => {
  test.each([
    [["init", "--domian", "example.com"], "Did you mean --domain?"],
    [["inti"], "Did you mean init?"],
    [["help", "inti"], "Unknown command 'inti'. Did you mean init?"],
    [["remove-host", "--skip-rehearsal"], "Unknown option '--skip-rehearsal'"],
    [["uninstall", "--skip-rehearsal"], "Unknown option '--skip-rehearsal'"],
    [["init", "--domain"], "argument missing"],
  ])("%j names the nearest", async (argv, text) => {
    const { exitCode, stdout, stderr } = await runCli(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(text);
    expect(stderr).toContain("GT-CONFIG-FLAG");
  });

  test.each([
    [["--output", "yaml"], {}],
    [["--output=yaml"], {}],
    [[], { GATEWAY_TLS_OUTPUT: "yaml" }],
  ])("is a YAML document too, with %j and %j", async (flags, env) => {
    const { stdout, stderr } = await runCli(["init", "--domian", "x", ...flags], { env });
    const document: unknown = parse(stdout);
    expect(isResult(document)).toBe(true);
    expect(document).toMatchObject({ result: "failed", error: { code: "GT-CONFIG-FLAG" } });
    expect(stderr).toContain("GT-CONFIG-FLAG");
  });

  test("is a JSON document too, by the schema", async () => {
    const { exitCode, stdout } = await runCli(["init", "--domian", "x", "--output", "json"]);
    const document: unknown = JSON.parse(stdout);
    expect(exitCode).toBe(2);
    expect(document).toMatchObject({
      schemaVersion: 1,
      command: "init",
      result: "failed",
      writes: 0,
      error: { code: "GT-CONFIG-FLAG" },
    });
    expect(isResult(document)).toBe(true);
  });

  test("every wrong value is told at once", async () => {
    const { exitCode, stderr } = await runCli(
      words(
        "init --domain exa_mple.com --email nobody --backend web --identity isra --chart cert-manger=/x",
      ),
    );
    expect(exitCode).toBe(2);
    for (const flag of ["--domain", "--email", "--backend", "--identity", "--chart"]) {
      expect(stderr).toContain(`${flag}: `);
    }
    const text = stderr.replaceAll(/\s+/g, " ");
    expect(text).toContain("Did you mean irsa?");
    expect(text).toContain("Did you mean cert-manager?");
    expect(text).toContain("--cluster NAME (GATEWAY_TLS_CLUSTER)");
    expect(text).not.toContain("--domain NAME");
  });

  test("every missing value is listed with its variable", async () => {
    const state = join(mkdtempSync(join(tmpdir(), "gateway-tls-cli-")), "world.json");
    const { exitCode, stderr } = await runCli(["init", "--sandbox", "--sandbox-state", state]);
    expect(exitCode).toBe(2);
    for (const name of ["DOMAIN", "EMAIL", "CLUSTER", "BACKEND"]) {
      expect(stderr).toContain(`GATEWAY_TLS_${name}`);
    }
    expect(stderr).toContain("--sample-app");
    expect(stderr).toContain("GT-CONFIG-MISSING");
  });

  test("a file's keys are named with their line and the nearest", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-cli-"));
    const text = "apiVersion: gateway-tls/v1\nkind: Config\ndomian: example.com\n";
    writeFileSync(join(cwd, "gateway-tls.yaml"), text);
    const { exitCode, stderr } = await runCli(["init"], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("gateway-tls.yaml:3 domian");
    expect(stderr).toContain("Did you mean domain?");
  });
});

describe("what a command throws", () => {
  test("a UserError is shown with its hint and code, and its exit code is ours", async () => {
    const fail = verb(() =>
      Promise.reject(new UserError("GT-TEST", "It broke.", { hint: "Mend it.", exitCode: 124 })),
    );
    const { exitCode, stderr } = await runCli(["status"], { verbs: fail });
    expect(exitCode).toBe(124);
    expect(stderr).toContain("error: It broke.");
    expect(stderr).toContain("Mend it.");
    expect(stderr).toContain("GT-TEST");
  });

  test("Cancelled is exit 130 and `cancelled`", async () => {
    const stop = verb(() => Promise.reject(new Cancelled()));
    const { exitCode, stdout } = await runCli(["init", "--output=json"], { verbs: stop });
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ result: "cancelled" });
  });

  test("anything else is a bug, with a stack only under --debug", async () => {
    const bug = verb(() => Promise.reject(new TypeError("no such thing")));
    const plain = await runCli(["init"], { verbs: bug });
    expect(plain.exitCode).toBe(1);
    expect(plain.stderr).toContain("mistake in gateway-tls");
    expect(plain.stderr).not.toContain("    at ");
    const debug = await runCli(["init", "--debug"], { verbs: bug });
    expect(debug.stderr).toContain("    at ");
  });
});

describe("what a command gets", () => {
  test("only flags that were typed, and the names behind the verb", async () => {
    let got: Pick<CommandInput, "flags" | "names"> | undefined;
    const look = verb((input) => {
      got = input;
      return Promise.resolve(0);
    });
    await runCli(["init", "--no-redirect", "--chart", "a=1", "--chart", "b=2"], { verbs: look });
    expect(got?.flags).toEqual({ redirect: "false", charts: ["a=1", "b=2"] });
    await runCli(["add-host", "api.example.com", "--sample-app"], { verbs: look });
    expect(got?.flags).toEqual({ sampleApp: "true" });
    expect(got?.names).toEqual(["api.example.com"]);
  });

  test("its signal aborts on the first SIGTERM", async () => {
    const wait = verb(async ({ signal }) => {
      process.emit("SIGTERM", "SIGTERM");
      signal.throwIfAborted();
      return Promise.resolve(0);
    });
    const { exitCode, stderr } = await runCli(["init"], { verbs: wait });
    expect(exitCode).toBe(130);
    expect(stderr).toContain("SIGTERM");
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });
});

const sandbox = (state: string) =>
  words(
    `init --sandbox --sandbox-state ${state} --domain example.com --email ops@example.com --cluster demo --sample-app --yes`,
  );

test("the steps name the versions that the review names", async () => {
  const state = join(mkdtempSync(join(tmpdir(), "gateway-tls-cli-")), "world.json");
  const { stderr } = await runCli(sandbox(state));
  const reviewed = /ExternalDNS (\S+), NGINX Gateway Fabric\s+(\S+), cert-manager (\S+)/.exec(
    stderr,
  );
  const done = ["external-dns", "gateway-controller", "cert-manager"].map(
    (step) => new RegExp(`\\[${step}\\] done: (\\S+)`).exec(stderr)?.[1],
  );
  expect(done).toEqual(reviewed?.slice(1));
});

test("init in the sandbox ends well, and a dry run leaves no state", async () => {
  const state = join(mkdtempSync(join(tmpdir(), "gateway-tls-cli-")), "world.json");
  const dry = await runCli([...sandbox(state), "--dry-run", "--output", "json"]);
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(existsSync(state)).toBe(false);
  const { exitCode, stdout } = await runCli([...sandbox(state), "--output", "json"]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ result: "done", error: null });
});
