import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

export interface ChartSources {
  certManager: string;
  externalDnsChart: string;
}

/**
 * The charts by name: upstream's own of cert-manager and ExternalDNS, as their modules carry them,
 * and one of ours with the names and keys of NGINX Gateway Fabric's, which no module carries.
 */
export async function assembleCharts(
  found: ChartSources,
  labSource: string,
  into: string,
): Promise<void> {
  await copyChart(join(found.certManager, "deploy/charts/cert-manager"), into, {
    name: "cert-manager",
    version: "v1.21.1",
    appVersion: "v1.21.1",
    // Nothing answers behind these pods: the API server could not call their webhook.
    without: /^(?:webhook-(?:mutating|validating)|startupapicheck|networkpolicy)-/,
  });
  await copyChart(join(found.externalDnsChart, "charts/external-dns"), into, {
    name: "external-dns",
    version: "1.21.1",
    appVersion: "0.21.0",
  });
  await refuseUnknownValues(join(into, "external-dns"));
  await cp(join(labSource, "charts/nginx-gateway-fabric"), join(into, "nginx-gateway-fabric"), {
    recursive: true,
  });
}

async function copyChart(
  from: string,
  into: string,
  chart: { name: string; version: string; appVersion: string; without?: RegExp },
): Promise<void> {
  const target = join(into, chart.name);
  await cp(from, target, { recursive: true });
  await run("chmod", ["-R", "u+w", target]);
  const file = join(target, "Chart.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text
      .replace(/^version: .*$/m, `version: ${chart.version}`)
      .replace(/^appVersion: .*$/m, `appVersion: ${chart.appVersion}`),
  );
  const templates = join(target, "templates");
  for (const name of await readdir(templates)) {
    if (chart.without?.test(name) === true) await rm(join(templates, name));
  }
}

/** Upstream's schema lets every top-level key pass: a misspelt one would change nothing, unseen. */
async function refuseUnknownValues(chart: string): Promise<void> {
  const file = join(chart, "values.schema.json");
  const schema: Record<string, unknown> = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...schema, additionalProperties: false }, undefined, 2));
}
