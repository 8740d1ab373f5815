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
