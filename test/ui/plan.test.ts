import { describe, expect, it } from "vitest";
import type { PlanItem } from "../../src/plan/plan.ts";
import { renderPlan } from "../../src/ui/plan.ts";
import { renderReview } from "../../src/ui/review.ts";
import { done, items, plain120, plain80, plan } from "./fixtures.ts";

const moved: PlanItem[] = [
  { step: "routes", kind: "HTTPRoute", name: "sample/api.example.com", intent: "create" },
  { step: "redirect", kind: "HTTPRoute", name: "shop/api.example.com", intent: "delete" },
  { step: "redirect", kind: "HTTPRoute", name: "shop/www.example.com", intent: "keep" },
];

describe("the list of changes", () => {
  it("names in the review what is removed, which is confirmed there", () => {
    const text = renderReview({ plan, items: moved, warnings: [] }, plain80);
    expect(text).toContain("Changes  1 to create, 1 to remove, 1 unchanged");
    expect(text).toContain("  - HTTPRoute  shop/api.example.com");
    expect(text).not.toContain("shop/www.example.com");
  });

  it("says once what two steps would make of the same thing", () => {
    const fields = ["spec.rules[0].backendRefs[web].port"];
    const route = { kind: "HTTPRoute", name: "shop/api.example.com", intent: "update" } as const;
    const text = renderPlan(
      [
        { ...route, step: "routes", fields },
        { ...route, step: "redirect", fields },
        { ...route, step: "redirect", fields: ["from port 80 to HTTPS"] },
      ],
      plain120,
    );
    expect(text.match(/~ HTTPRoute/g)).toHaveLength(2);
    expect(text).toContain("2 to update");
  });

  it("cuts no name and no kind, however narrow the screen", () => {
    const long: PlanItem[] = [
      ...items,
      {
        step: "gateway",
        kind: "Load balancer",
        name: "k8s-gatewayt-gatewayt-faadbe2f52-faadbe2f52faadbe.elb.eu-west-1.amazonaws.com",
        intent: "delete",
      },
      {
        step: "gateway-api-crds",
        kind: "ValidatingAdmissionPolicyBinding",
        name: "safe-upgrades.gateway.networking.k8s.io",
        intent: "delete",
      },
    ];
    for (const columns of [120, 80, 60, 40]) {
      const screen = { color: false, columns };
      for (const text of [
        renderPlan(long, screen),
        renderReview({ plan, items: long, warnings: done.warnings }, screen),
      ]) {
        const listed = text.split("\n").filter((line) => line.startsWith("  "));
        expect(
          listed.filter((line) => line.includes("…")),
          `${columns}`,
        ).toEqual([]);
        const joined = text.replaceAll(/\s+/g, "");
        expect(joined).toContain("faadbe2f52faadbe.elb.eu-west-1.amazonaws.com");
        expect(joined).toContain("ValidatingAdmissionPolicyBindingsafe-upgrades");
      }
    }
  });

  it("puts each CRD beside what it belongs to", () => {
    const crd = (name: string): PlanItem => ({
      step: "gateway-api-crds",
      kind: "CustomResourceDefinition",
      name,
      intent: "delete",
    });
    const text = renderPlan(
      [
        crd("gateways.gateway.networking.k8s.io"),
        crd("orders.acme.cert-manager.io"),
        crd("nginxproxies.gateway.nginx.org"),
      ],
      plain80,
    );
    const areas = text.split("\n\n").map((block) => block.split("\n").slice(0, 2));
    expect(areas.map(([heading, first]) => [heading, first?.split(/\s+/).at(-1)])).toEqual([
      ["Gateway API  1 to remove", "gateways.gateway.networking.k8s.io"],
      ["Gateway  1 to remove", "nginxproxies.gateway.nginx.org"],
      ["Certificates  1 to remove", "orders.acme.cert-manager.io"],
      ["3 to remove", ""],
    ]);
  });
});

describe("the issuer of the review", () => {
  const promotion = (intent: "keep" | "update"): PlanItem[] => [
    { step: "promotion", kind: "Gateway", name: "gateway-tls/gateway-tls", intent },
  ];
  const issuerLine = (shown: PlanItem[]) =>
    renderReview({ plan, items: shown, warnings: [] }, plain120)
      .split("\n")
      .find((line) => line.includes("Certificates  "));

  it("proves with staging what goes to production", () => {
    expect(issuerLine(promotion("update"))).toMatch(
      /letsencrypt\.org, after a proof with staging$/,
    );
  });

  it("asks production at once where the Gateway is there already", () => {
    expect(issuerLine(promotion("keep"))).toMatch(/production, from acme-v02\S+letsencrypt\.org$/);
  });
});
