import { describe, expect, it } from "vitest";
import { renderChanges } from "../../src/ui/status-changes.ts";
import { renderVerbose } from "../../src/ui/status-verbose.ts";
import { formatAge, renderStatus, type StatusDocument } from "../../src/ui/status.ts";

const now = new Date("2026-11-24T10:00:00Z");
const screen = { color: false, columns: 80, unicode: true, now };

const stopped = {
  id: "external-dns",
  link: "ExternalDNS running",
  state: "failed" as const,
  reason: "ExternalDNS is scaled to 0.",
  since: "2026-11-24T07:00:00Z",
  object: "Deployment external-dns/external-dns",
  code: "GT-DEPLOYMENT-STOPPED",
  why: "It writes the record of each host.",
  action: "kubectl scale deployment external-dns --namespace external-dns --replicas=1",
};
const certificate = {
  issuer: "R12",
  notAfter: "2027-02-21T10:00:00Z",
  renewalTime: "2027-01-22T10:00:00Z",
  names: ["www.example.com"],
  served: true,
};
const degraded: StatusDocument = {
  schemaVersion: 1,
  verdict: "degraded",
  hosts: ["www.example.com", "api.example.com"].map((hostname) => ({
    hostname,
    verdict: "degraded",
    chain: [stopped],
    certificate,
  })),
  findings: [{ ...stopped, hosts: ["www.example.com", "api.example.com"] }],
  next: stopped.action,
};

describe("the tree", () => {
  it("tells one cause once, with its age, its reason and one action", () => {
    expect(renderStatus(degraded, screen)).toMatchInlineSnapshot(`
      "  ✗ www.example.com  degraded  expires 2027-02-21 (in 89 days), R12
            ✗ ExternalDNS running: ExternalDNS is scaled to 0.
              Deployment external-dns/external-dns, for 3 hours
              It writes the record of each host.
              GT-DEPLOYMENT-STOPPED
        ✗ api.example.com  degraded  expires 2027-02-21 (in 89 days), R12
              ExternalDNS running: as above

      ✗ Something is broken.
        kubectl scale deployment external-dns --namespace external-dns --replicas=1
      "
    `);
  });

  it("opens at what is broken, before what only waits", () => {
    const waiting = { ...stopped, link: "Gateway accepted", state: "waiting" as const };
    const [host] = degraded.hosts;
    const chain = [waiting, stopped];
    const shown = renderStatus({ ...degraded, hosts: host ? [{ ...host, chain }] : [] }, screen);
    expect(shown).toContain("✗ ExternalDNS running");
    expect(shown).not.toContain("Gateway accepted");
  });

  it("shows a warning of a healthy host too", () => {
    const [host] = degraded.hosts;
    const chain = [{ ...stopped, state: "warning" as const }];
    const hosts = host ? [{ ...host, verdict: "healthy" as const, chain }] : [];
    const shown = renderStatus({ ...degraded, verdict: "healthy", hosts, next: null }, screen);
    expect(shown).toMatch(/✓ www\.example\.com +healthy[^]*! ExternalDNS running[^]*All is well/);
  });
});

describe("the verbose view", () => {
  it("has every link, every object with its conditions, and the warnings", () => {
    const condition = {
      type: "Ready",
      status: "False",
      reason: "DoesNotExist",
      message: "Issuing certificate as Secret does not exist",
      since: "2026-11-24T09:58:00Z",
    };
    const objects = [
      {
        object: "Certificate gateway-tls/www.example.com-tls",
        createdAt: "2026-11-24T09:00:00Z",
        note: null,
        conditions: [condition],
        listeners: [],
      },
      {
        object: "Gateway gateway-tls/gateway-tls",
        createdAt: null,
        note: "203.0.113.10",
        conditions: [],
        listeners: [
          { listener: "www.example.com", conditions: [{ ...condition, type: "Programmed" }] },
        ],
      },
    ];
    const warnings = [
      {
        object: "Service gateway-tls/gateway-tls-nginx",
        reason: "FailedBuildModel",
        message: "unable to resolve at least one subnet",
        count: 3,
        lastSeen: "2026-11-24T09:59:30Z",
      },
    ];
    expect(renderVerbose(degraded, { objects, warnings }, screen)).toMatchInlineSnapshot(`
      "www.example.com
        ✗ ExternalDNS running: ExternalDNS is scaled to 0.

      api.example.com
        ✗ ExternalDNS running: ExternalDNS is scaled to 0.

      Objects
        Certificate gateway-tls/www.example.com-tls  1 hour ago
            Ready=False (2 minutes ago) DoesNotExist: Issuing certificate as Secret
            does not exist
        Gateway gateway-tls/gateway-tls
            203.0.113.10
            listener www.example.com
              Programmed=False (2 minutes ago) DoesNotExist: Issuing certificate as
              Secret does not exist

      Warnings of the last hour
        ! Service gateway-tls/gateway-tls-nginx: FailedBuildModel: unable to resolve
          at least one subnet, 3 times, 30 seconds ago
      "
    `);
  });
});

describe("the changes of a watch", () => {
  it("are those links that are another than before", () => {
    const before = { hosts: degraded.hosts };
    const hosts = degraded.hosts.map((host) => ({
      ...host,
      chain: [{ ...stopped, state: "ok" as const, reason: null }],
    }));
    expect(renderChanges(before, undefined, screen)).toMatch(/^10:00:00 ✗ www\.example\.com/);
    expect(renderChanges({ hosts }, before, screen)).toBe(
      "10:00:00 ✓ www.example.com ExternalDNS running\n10:00:00 ✓ api.example.com ExternalDNS running\n",
    );
    expect(renderChanges({ hosts }, { hosts }, screen)).toBe("");
  });
});

describe("an age", () => {
  it.each([
    ["2026-11-24T09:59:59.500Z", "just now"],
    ["2026-11-24T09:59:01Z", "59 seconds ago"],
    ["2026-11-24T09:58:59Z", "1 minute ago"],
    ["2026-11-22T09:00:00Z", "2 days ago"],
    ["2026-11-24T11:00:00Z", "just now"],
    ["yesterday", "yesterday"],
  ])("of %s is %s", (at, age) => {
    expect(formatAge(at, now)).toBe(age);
  });
});
