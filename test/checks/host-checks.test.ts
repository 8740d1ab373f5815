import { describe, expect, it } from "vitest";
import { preflightChecks } from "../../src/checks/preflight.ts";
import { runChecks } from "../../src/checks/run-checks.ts";
import type { Config, Host } from "../../src/config/config.ts";
import type { Facts } from "../../src/facts/facts.ts";
import { known } from "../../src/facts/fact.ts";
import { buildInput, resultOf } from "./build-facts.ts";

const host = (name: string, service: string, port: number): Host => ({
  hostname: `${name}.example.com`,
  backend: { namespace: "shop", service, port },
  path: "/",
});
const config: Partial<Config> = {
  hosts: [host("a", "web", 80), host("b", "nope", 80), host("c", "nope", 80), host("d", "web", 81)],
};
const services = known([{ namespace: "shop", name: "web", ports: [80] }]);

function judge(id: string, facts: Partial<Facts>, about?: readonly string[]) {
  const input = { ...buildInput(facts, config), ...(about === undefined ? {} : { about }) };
  return resultOf(runChecks(preflightChecks, input), id);
}

describe("backends that are not there", () => {
  it("are all named, with the hosts that they should answer for", () => {
    const { state, message } = judge("backends", { services });
    expect(state).toBe("failed");
    expect(message).toContain("b.example.com and c.example.com: There is no Service shop/nope");
    expect(message).toContain("d.example.com: The Service shop/web has no port 81.");
    expect(message).not.toContain("a.example.com");
  });

  it("of hosts that the run is not about do not stop it", () => {
    expect(judge("backends", { services }, ["a.example.com"]).state).toBe("warning");
    expect(judge("backends", { services }, ["a.example.com", "d.example.com"]).state).toBe(
      "failed",
    );
  });
});

it("the Gateway's own Service is no backend: it would ask itself", () => {
  const backend = { namespace: "gateway-tls", service: "gateway-tls-nginx", port: 80 };
  const own = { namespace: "gateway-tls", name: backend.service, ports: [80] };
  const looping = { hosts: [{ hostname: "a.example.com", backend, path: "/" }] };
  const facts = { services: known([{ ...own, gateway: "gateway-tls" }]) };
  const report = runChecks(preflightChecks, buildInput(facts, looping));
  expect(resultOf(report, "backends")).toMatchObject({
    state: "failed",
    code: "GT-BACKEND-LOOP",
    message: expect.stringContaining("would come back to it"),
  });
});

describe("routes of others that claim hosts", () => {
  const owner = { ours: false, name: "kubectl" };
  const claim = (name: string, onOurGateway: boolean) => ({
    hostname: `${name}.example.com`,
    route: `HTTPRoute evil/${name}`,
    owner,
    onOurGateway,
  });

  it("are all named", () => {
    const claims = known([claim("a", true), claim("b", false), claim("c", true)]);
    const { state, message } = judge("host-claims", { services, claims });
    expect(state).toBe("failed");
    expect(message).toContain(
      "a.example.com by HTTPRoute evil/a (kubectl) and c.example.com by HTTPRoute evil/c (kubectl)",
    );
  });

  it("of hosts that the run is not about do not stop it", () => {
    const claims = known([claim("a", true)]);
    expect(judge("host-claims", { services, claims }, ["b.example.com"]).state).toBe("warning");
  });
});

describe("records of others", () => {
  const record = (name: string) => ({
    hostname: `${name}.example.com`,
    records: [{ name: `${name}.example.com`, type: "A", values: ["192.0.2.7"] }],
    owner: undefined,
  });

  it("are all named, with what they say and the command that lists them", () => {
    const records = known([record("a"), record("b")]);
    const { state, message, hint } = judge("records", { services, records });
    expect(state).toBe("failed");
    expect(message).toContain("a.example.com A 192.0.2.7 (written by hand or another tool) and b.");
    expect(hint).toContain("[?contains(['a.example.com.','b.example.com.'],Name)]");
  });

  it("of hosts that the run is not about do not stop it", () => {
    const records = known([record("a")]);
    expect(judge("records", { services, records }, ["b.example.com"]).state).toBe("warning");
  });
});

describe("CAA records that forbid the CA", () => {
  const caa = (name: string, foundAt: string, ca: string) =>
    known({
      hostname: `${name}.example.com`,
      foundAt,
      records: [{ critical: false, tag: "issue", value: ca, parameters: {} }],
      failedAt: undefined,
    });
  const broken = (name: string) =>
    known({
      hostname: `${name}.example.com`,
      foundAt: undefined,
      records: [],
      failedAt: { name: `${name}.example.com`, status: "SERVFAIL" },
    });
  const facts: Partial<Facts> = {
    services,
    caa: [
      caa("a", "a.example.com", "letsencrypt.org"),
      broken("b"),
      caa("c", "example.com", "sectigo.com"),
      caa("d", "example.com", "sectigo.com"),
    ],
  };

  it("are told once for each cause, with all hosts that have it", () => {
    const { state, code, message, hint } = judge("caa", facts);
    expect([state, code]).toEqual(["failed", "GT-CAA-UNREADABLE"]);
    expect(message).toContain("does not issue for b.example.com.");
    expect(message).toContain(
      "forbids a certificate for c.example.com and d.example.com: it allows sectigo.com",
    );
    expect(hint).toBe(
      'Let the name servers of b.example.com answer: dig b.example.com CAA; Add to example.com: CAA 0 issue "letsencrypt.org"',
    );
  });

  it("of hosts that the run is not about do not stop it", () => {
    const other = judge("caa", facts, ["a.example.com"]);
    expect([other.state, other.message]).toEqual(["warning", expect.stringContaining("d.example")]);
  });

  it("of a host that the run is about come first", () => {
    const { state, code, message } = judge("caa", facts, ["a.example.com", "d.example.com"]);
    expect([state, code]).toEqual(["failed", "GT-CAA-FORBIDS"]);
    expect(message).toMatch(/^The CAA record of example\.com .* d\.example\.com.* b\.example\.com/);
  });
});
