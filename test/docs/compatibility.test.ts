import { describe, expect, it } from "vitest";
import { ownershipRules } from "../../src/checks/ownership-rules.ts";
import { type VersionSet, versionSets } from "../../src/plan/version-sets.ts";
import { escapeAngles, formatTable, readBlock } from "./document.ts";

const FILE = "docs/compatibility.md";
const sets = Object.values(versionSets).toSorted((a, b) => b.name.localeCompare(a.name));

const row = (name: string, tell: (set: VersionSet) => string): string[] => [
  name,
  ...sets.map(tell),
];

const bare = (version: string) => version.replace(/^v/, "");

function tellChart(name: keyof VersionSet["charts"]): (set: VersionSet) => string {
  return ({ charts }) => {
    const { version, appVersion } = charts[name];
    const chart = bare(version);
    return chart === bare(appVersion) ? chart : `${bare(appVersion)} (chart ${chart})`;
  };
}

describe("docs/compatibility.md", () => {
  it("has the version sets", () => {
    const rows = [
      row("Gateway API, standard channel", ({ gatewayApi }) => gatewayApi.version),
      row("ExternalDNS", tellChart("external-dns")),
      row("NGINX Gateway Fabric", tellChart("nginx-gateway-fabric")),
      row("cert-manager", tellChart("cert-manager")),
      row("Kubernetes", ({ kubernetes: { from, to } }) => `1.${from} to 1.${to}`),
      row("helm", ({ helm }) => `${helm} or newer, and 4.x`),
      row("Identity", ({ identities }) =>
        identities.map((one) => (one === "irsa" ? "IRSA" : "EKS Pod Identity")).join(", "),
      ),
    ];
    const header = ["", ...sets.map(({ name }) => `\`--versions ${name}\``)];
    const { found, wanted } = readBlock(FILE, "version-sets", formatTable(header, rows));
    expect(found).toBe(wanted);
  });

  it("has where everything comes from", () => {
    const rows = sets.flatMap(({ name, gatewayApi, charts }) => [
      [name, `<${gatewayApi.url}>, SHA-256 \`${gatewayApi.sha256}\``],
      ...Object.values(charts).map(({ chart, repository, version }) => [
        name,
        `\`${chart}\` ${version}${repository === undefined ? "" : ` of <${repository}>`}`,
      ]),
    ]);
    const { found, wanted } = readBlock(FILE, "sources", formatTable(["Set", "Source"], rows));
    expect(found).toBe(wanted);
  });

  it("has the ownership rules", () => {
    const parts = [...new Set(ownershipRules.map(({ part }) => part))];
    const tables = parts.map((part) => {
      const rows = ownershipRules
        .filter((rule) => rule.part === part)
        .map(({ found, outcome, code, action }) => {
          const link = code === undefined ? "" : `[${code}](errors.md#${code.toLowerCase()}): `;
          const told = action === undefined ? "" : escapeAngles(action);
          return [found, outcome, `${link}${told}`];
        });
      return `### ${part}\n\n${formatTable(["Found", "Outcome", "What to do"], rows)}`;
    });
    const { found, wanted } = readBlock(FILE, "ownership", tables.join("\n\n"));
    expect(found).toBe(wanted);
  });
});
