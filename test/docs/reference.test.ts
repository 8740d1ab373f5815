import { describe, expect, it } from "vitest";
import { takesSetting } from "../../src/commands/verb.ts";
import { verbs } from "../../src/commands/verbs.ts";
import { readConfigFile } from "../../src/config/config-file.ts";
import { flagNameOf, groups } from "../../src/config/setting.ts";
import { settingIds, settingOf, type SettingId } from "../../src/config/settings.ts";
import { sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { escapeAngles, formatTable, readBlock, readText } from "./document.ts";

const REFERENCE = "docs/reference.md";

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

/** The verbs that take a setting, by its scope or by itself. */
function listVerbs(id: SettingId): string {
  const takers = verbs.filter((verb) => takesSetting(verb, id));
  return takers.length === verbs.length ? "all" : takers.map(({ name }) => name).join(", ");
}

function describeSetting(id: SettingId): string[] {
  const setting = settingOf(id);
  const { value, repeat, about, file } = setting;
  const flag = flagNameOf(setting);
  const key = file ?? KEYS[id];
  return [
    `\`${value === undefined ? flag : `${flag} ${value}`}\``,
    escapeAngles(repeat === true ? `${about}; may be repeated` : about),
    key === undefined ? "" : `\`${key}\``,
    listVerbs(id),
  ];
}

describe("docs/reference.md", () => {
  it("has every flag", () => {
    const tables = Object.entries(groups).map(([group, title]) => {
      const rows = settingIds.filter((id) => settingOf(id).group === group).map(describeSetting);
      return `### ${title}\n\n${formatTable(["Flag", "Meaning", "In the file", "Commands"], rows)}`;
    });
    const { found, wanted } = readBlock(REFERENCE, "flags", tables.join("\n\n"));
    expect(found).toBe(wanted);
  });

  it("has a gateway-tls.yaml that the program takes", async () => {
    const [yaml = ""] =
      /(?<=```yaml\n)apiVersion: gateway-tls.*?(?=```)/s.exec(readText(REFERENCE)) ?? [];
    const config = await readConfigFile(yaml);
    expect(config).toMatchObject({ domain: "example.com", hosts: [{}, {}] });
  });
});

describe("docs/sandbox.md", () => {
  it("has every fault", () => {
    const rows = Object.entries(sandboxFaultNames).map(([name, about]) => [`\`${name}\``, about]);
    const { found, wanted } = readBlock(
      "docs/sandbox.md",
      "faults",
      formatTable(["Fault", "What happens"], rows),
    );
    expect(found).toBe(wanted);
  });
});
