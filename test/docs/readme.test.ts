import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verbs } from "../../src/commands/verbs.ts";
import { readConfigFile } from "../../src/config/config-file.ts";
import { envNameOf, flagNameOf, groups } from "../../src/config/setting.ts";
import { settingIds, settingOf, type SettingId } from "../../src/config/settings.ts";
import { sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { readSources } from "../support/imports.ts";
import { runCli } from "../support/run-cli.ts";
import {
  argumentsOf,
  escapeAngles,
  findCommands,
  formatTable,
  readBlock,
  readText,
  root,
} from "./document.ts";
import { buildProgram, recordScreen, withoutTimes } from "./screen.ts";

const README = "README.md";

/** Keys of gateway-tls.yaml that are no single value, so that the settings' table has none. */
const KEYS: Partial<Record<SettingId, string>> = {
  host: "hosts[].hostname",
  backend: "hosts[].backend",
  path: "hosts[].path",
  sampleApp: "sampleApp",
  namespaces: "namespaces",
  annotations: "loadBalancer.annotations",
  charts: "charts.<name>.source",
  crds: "crds",
};

describe("the screen in the README", () => {
  let folder: string;
  let program: Awaited<ReturnType<typeof buildProgram>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gateway-tls-screen-"));
    program = await buildProgram();
  }, 60_000);
  afterAll(async () => {
    await program.remove();
    await rm(folder, { recursive: true });
  });

  it("is what the program shows", async () => {
    const [first] = findCommands(README).filter(({ command }) => command.includes("--sandbox"));
    const args = argumentsOf(first?.command ?? "") ?? [];
    const { exitCode, lines } = await recordScreen(
      program.bin,
      [...new Set([...args, "--yes"])],
      folder,
    );
    expect(exitCode).toBe(0);
    const tree = lines.slice(lines.findIndex((line) => line.includes("Kept configuration")));
    const { found, wanted } = readBlock(
      README,
      "screen",
      ["```text", ...tree, "```"].join("\n"),
      withoutTimes,
    );
    expect(found).toBe(wanted);
  });
});

describe("the README's tables", () => {
  it("have every flag", () => {
    const tables = Object.entries(groups).map(([group, title]) => {
      const rows = settingIds
        .filter((id) => settingOf(id).group === group)
        .map((id) => {
          const setting = settingOf(id);
          const { value, repeat, about, scope, file } = setting;
          const flag = flagNameOf(setting);
          const key = file ?? KEYS[id];
          return [
            `\`${value === undefined ? flag : `${flag} ${value}`}\``,
            escapeAngles(repeat === true ? `${about}; may be repeated` : about),
            key === undefined ? "" : `\`${key}\``,
            verbs
              .filter(({ scopes }) => scopes.includes(scope))
              .map(({ name }) => name)
              .join(", "),
          ];
        });
      return `### ${title}\n\n${formatTable(["Flag", "Meaning", "In the file", "Commands"], rows)}`;
    });
    const { found, wanted } = readBlock(README, "flags", tables.join("\n\n"));
    expect(found).toBe(wanted);
  });

  it("have every fault of the sandbox", () => {
    const rows = Object.entries(sandboxFaultNames).map(([name, about]) => [`\`${name}\``, about]);
    const { found, wanted } = readBlock(
      README,
      "faults",
      formatTable(["Fault", "What happens"], rows),
    );
    expect(found).toBe(wanted);
  });
});

/** Calls that only taking things away makes, not `init`, `add-host` and `status`. */
const NOT_NEEDED =
  /^(Delete\w+|DetachRolePolicy|ChangeResourceRecordSets|ListEntitiesForPolicy|ListRoles)$/;

describe("the README's IAM policy", () => {
  const [json = ""] = /(?<=```json\n)\{\n {2}"Version".*?(?=```)/s.exec(readText(README)) ?? [];
  const policy: { Statement: { Action: string | string[] }[] } = JSON.parse(json || "{}");
  const granted = policy.Statement.flatMap(({ Action }) => Action);

  it("grants every call that the adapters make, and nothing else", () => {
    const calls = readSources(join(root, "src/adapters/aws")).flatMap(({ path }) =>
      [...readText(`src/adapters/aws/${path}`).matchAll(/new sdk\.(\w+)Command\(/g)].map(
        ([, name = ""]) => name,
      ),
    );
    const needed = calls.filter((name) => !NOT_NEEDED.test(name) || name === "DeletePolicyVersion");
    const free = ["GetCallerIdentity", "SimulatePrincipalPolicy"];
    // EKS and IAM ask for these beside the calls: tags in a create call, and the role handed over.
    const implied = ["TagPolicy", "TagRole", "TagOpenIDConnectProvider", "TagResource", "PassRole"];
    const wanted = [...needed.filter((name) => !free.includes(name)), ...implied];
    const names = new Set(granted.map((action) => action.split(":")[1]));
    expect(names).toEqual(new Set(wanted));
  });
});

describe("what the README tells to write", () => {
  it("pins the version that this is", () => {
    const { version }: { version: string } = JSON.parse(readText("package.json"));
    const pinned = readText(README).match(/(?<=gateway-tls@)[\w.-]+/g) ?? [];
    expect(new Set(pinned)).toEqual(new Set([version]));
  });

  it("names environment variables that exist", () => {
    const known = [...settingIds.map((id) => envNameOf(settingOf(id))), "GATEWAY_TLS_TEST_DATA"];
    const told = readText(README).match(/GATEWAY_TLS_[A-Z_]*[A-Z]/g) ?? [];
    expect(told.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("is a gateway-tls.yaml that the program takes", async () => {
    const [yaml = ""] =
      /(?<=```yaml\n)apiVersion: gateway-tls.*?(?=```)/s.exec(readText(README)) ?? [];
    const config = await readConfigFile(yaml);
    expect(config).toMatchObject({ domain: "example.com", hosts: [{}, {}] });
  });

  it("are commands that the sandbox takes, one after the other", async () => {
    const stateHome = await mkdtemp(join(tmpdir(), "gateway-tls-readme-"));
    const options = { env: { XDG_STATE_HOME: stateHome }, cwd: stateHome };
    const ran: unknown[] = [];
    const wanted: unknown[] = [];
    for (const { command, exitCode } of findCommands(README)) {
      const args = argumentsOf(command);
      if (args === undefined || !args.includes("--sandbox")) continue;
      const result = await runCli(args, options);
      wanted.push({ command, exitCode });
      ran.push({ command, exitCode: result.exitCode });
    }
    await rm(stateHome, { recursive: true });
    expect(wanted.length).toBeGreaterThan(5);
    expect(ran).toEqual(wanted);
  }, 60_000);
});
