import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { gatewayWith } from "../../src/plan/gateway.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { buildRehearsalRoute } from "../../src/plan/rehearsal.ts";
import { combinations, planWith, templates } from "./inputs.ts";

/** Set to 1, golden files are written anew in place of being compared. */
const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

/** What each template gives, by the template's name and what it is for. */
function documentsOf(plan: Plan): Record<string, unknown> {
  const { mode } = plan.identity;
  const [host] = plan.hosts;
  return {
    "iam-policy": plan.identity.policy.document,
    [`trust-${mode}`]: plan.identity.role.trust,
    [`service-account.${mode}`]: plan.identity.serviceAccount,
    namespace: plan.namespaces.own,
    "cluster-issuer.staging": plan.issuers.staging,
    "cluster-issuer.production": plan.issuers.production,
    gateway: plan.gateway,
    "https-listener": host?.listener,
    "gateway.with-https-listener": gatewayWith(plan, {
      listeners: plan.hosts.map(({ listener }) => listener),
      issuer: plan.names.issuers.staging,
    }),
    "http-route.bootstrap": host?.bootstrapRoute,
    "http-route.final": host?.route,
    "redirect-route": host?.redirectRoute,
    "rehearsal-route": buildRehearsalRoute(plan, "www.example.com", "0123456789abcdef"),
    "sample-app-deployment": plan.sampleApp[0],
    "sample-app-service": plan.sampleApp[1],
    "kept-config": plan.keptConfig,
    "values.external-dns": plan.releases["external-dns"].values,
    "values.nginx-gateway-fabric": plan.releases["nginx-gateway-fabric"].values,
    "values.cert-manager": plan.releases["cert-manager"].values,
  };
}

const cases = combinations.flatMap(([versions, identityMode]) => {
  const plan = planWith({ versions, sampleApp: true }, { identityMode });
  return Object.entries(documentsOf(plan)).map(
    ([name, document]) => [`${versions}/${name}`, document] as const,
  );
});

describe("every template, in both version sets and with both identities", () => {
  it.each(cases)("%s", (name, document) => {
    const file = new URL(`golden/${name}.yaml`, import.meta.url);
    const text = stringify(document, { lineWidth: 0 });
    if (UPDATE) {
      mkdirSync(new URL(".", file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(existsSync(file), `${name}.yaml is missing: set UPDATE_GOLDEN=1`).toBe(true);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  it.each(Object.keys(templates))("has a golden file for %s", (file) => {
    const name = file.replace(/\.(yaml|json)$/, "");
    expect(cases.some(([golden]) => golden.split("/")[1]?.split(".")[0] === name)).toBe(true);
  });
});
