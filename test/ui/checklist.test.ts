import { describe, expect, it } from "vitest";
import { type PreflightReport, renderPreflight } from "../../src/ui/preflight.ts";
import { renderStatus, type StatusDocument } from "../../src/ui/status.ts";
import { now, plain80 } from "./fixtures.ts";

const report: PreflightReport = {
  checks: [
    { id: "caller", title: "AWS credentials work", state: "ok", detail: "account 111122223333" },
    {
      id: "delegation",
      title: "The zone is delegated",
      state: "failed",
      code: "GT-ZONE-NOT-DELEGATED",
      message:
        "The parent of example.com hands out ns1.other.net and ns2.other.net, and the hosted zone is served by ns-1.awsdns-01.org and three more.",
      hint: "Set the name servers of example.com at its registrar to those of the hosted zone.",
    },
    {
      id: "caa",
      title: "CAA admits the CA",
      state: "not-checked",
      detail: 'needs "The zone is delegated"',
    },
    {
      id: "crds",
      title: "The CRDs are ours to update",
      state: "warning",
      code: "GT-CRDS-FOREIGN",
      message: "They belong to helm release platform/crds.",
      hint: "kubectl get crd gateways.gateway.networking.k8s.io --show-managed-fields",
    },
    { id: "port", title: "Port 53 is open", state: "unknown", message: "No answer came." },
  ],
};

const status: StatusDocument = {
  schemaVersion: 1,
  verdict: "degraded",
  next: "Set the name servers of example.com at its registrar.",
  hosts: [
    {
      hostname: "www.example.com",
      verdict: "healthy",
      chain: [],
      certificate: {
        issuer: "Let's Encrypt R12",
        notAfter: "2027-02-21T10:00:00Z",
        names: ["www.example.com"],
        served: true,
      },
    },
    {
      hostname: "api.example.com",
      verdict: "degraded",
      chain: [
        { link: "Gateway programmed", state: "ok", reason: null, since: null, object: null },
        {
          link: "Listener accepted",
          state: "failed",
          reason: "two listeners have the name api.example.com",
          since: "2026-11-24T09:00:00Z",
          object: "Gateway gateway-tls/gateway-tls",
        },
        { link: "Route", state: "not-checked", reason: null, since: null, object: null },
      ],
      certificate: null,
    },
  ],
};

describe("the checklist", () => {
  it("opens what is not well", () => {
    expect(renderPreflight(report, plain80)).toMatchInlineSnapshot(`
      "  ✓ AWS credentials work  account 111122223333
        ✗ The zone is delegated
            The parent of example.com hands out ns1.other.net and ns2.other.net, and
            the hosted zone is served by ns-1.awsdns-01.org and three more.
            → Set the name servers of example.com at its registrar to those of the
              hosted zone.
            GT-ZONE-NOT-DELEGATED
        · CAA admits the CA  needs "The zone is delegated"
        ! The CRDs are ours to update
            They belong to helm release platform/crds.
            kubectl get crd gateways.gateway.networking.k8s.io --show-managed-fields
            GT-CRDS-FOREIGN
        ? Port 53 is open
            No answer came.

      1 passed, 1 failed, 1 with a warning, 1 could not be seen, 1 not checked
      "
    `);
  });
});

it("puts what was seen beneath where it does not fit beside, and cuts nothing", () => {
  const detail =
    "arn:aws:sts::123456789012:assumed-role/operator-of-everything/somebody@example.com";
  const checks = [{ id: "caller", title: "AWS accepts the caller", state: "ok", detail } as const];
  const lines = renderPreflight({ checks }, plain80).split("\n");
  expect(
    lines
      .slice(0, 3)
      .map((line) => line.trim())
      .join(" "),
  ).toContain("caller arn:aws:sts::");
  expect(lines.join("").replaceAll(" ", "")).toContain(detail);
});

describe("the status", () => {
  it("does not cut the certificate of a host that is not well", () => {
    const [well] = status.hosts;
    if (well?.certificate === undefined || well.certificate === null) throw new Error("no host");
    const issuer = "(STAGING) Pretend Pear X1 of a long name";
    const host = {
      ...well,
      verdict: "degraded",
      certificate: { ...well.certificate, issuer },
    } as const;
    expect(renderStatus({ ...status, hosts: [host] }, { ...plain80, now })).toContain(
      `expires 2027-02-21 (in 89 days), ${issuer}\n`,
    );
  });

  it("is one line for each host, opened at the first trouble", () => {
    expect(renderStatus(status, { ...plain80, now })).toMatchInlineSnapshot(`
      "  ✓ www.example.com  healthy   expires 2027-02-21 (in 89 days), Let's Encrypt R…
        ✗ api.example.com  degraded  no certificate
            ✗ Listener accepted: two listeners have the name api.example.com
              Gateway gateway-tls/gateway-tls, for 1 hour

      ✗ Something is broken.
        → Set the name servers of example.com at its registrar.
      "
    `);
  });

  it("without hosts says so", () => {
    const none: StatusDocument = { ...status, hosts: [], next: null, verdict: "unknown" };
    expect(renderStatus(none, { ...plain80, now })).toBe("? No host is set up.\n");
  });
});
