import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildHostNames,
  buildNames,
  findRouteNamespaces,
  HTTP_LISTENER,
} from "../../src/plan/names.ts";
import { configWith, webHost } from "./inputs.ts";

const account = fc.stringMatching(/^[0-9]{12}$/);
const region = fc.constantFrom("us-east-1", "eu-west-1", "ap-southeast-7", "us-gov-west-1");
const cluster = fc.stringMatching(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/);
const installation = fc.record({ account, region, cluster });

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const hostname = fc
  .array(label, { minLength: 0, maxLength: 8 })
  .map((labels) => [...labels, "example", "com"].join("."))
  .filter((name) => name.length <= 253);

const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const namesOf = (from: { account: string; region: string; cluster: string }) =>
  buildNames({
    caller: { account: from.account },
    cluster: { name: from.cluster, region: from.region },
  });

describe("buildNames", () => {
  it("names account, region and cluster", () => {
    const names = namesOf({ account: "123456789012", region: "eu-west-1", cluster: "demo" });
    expect(names).toMatchObject({
      installation: "123456789012/eu-west-1/demo",
      txtOwner: "gateway-tls.123456789012.eu-west-1.demo",
      policy: "gateway-tls-external-dns.eu-west-1.demo",
      role: "gateway-tls-external-dns.eu-west-1.demo",
      keptConfig: "gateway-tls",
      lease: "gateway-tls",
      ownNamespace: "gateway-tls",
    });
  });

  it("gives IAM names and a TXT owner within their limits, for any cluster", () => {
    fc.assert(
      fc.property(installation, (from) => {
        const { role, policy, txtOwner } = namesOf(from);
        expect(role).toMatch(/^[\w+=,.@-]{1,64}$/);
        expect(policy).toMatch(/^[\w+=,.@-]{1,128}$/);
        expect(txtOwner).toMatch(/^[\w.-]{1,63}$/);
      }),
    );
  });

  it("gives no name twice: IAM looks at one account, without regard to case", () => {
    const long = "a".repeat(99);
    const pairs = fc.oneof(
      fc.tuple(installation, installation),
      fc
        .constantFrom(
          [`${long}a`, `${long}b`] as const,
          ["Demo", "demo"] as const,
          ["a_b", "a-b"] as const,
        )
        .map(([one, other]) =>
          [one, other].map((name) => ({ account: "1", region: "eu-west-1", cluster: name })),
        ),
    );
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        if (one === undefined || other === undefined) return;
        const [left, right] = [namesOf(one), namesOf(other)];
        fc.pre(left.installation !== right.installation);
        expect(left.txtOwner).not.toBe(right.txtOwner);
        fc.pre(one.account === other.account);
        expect(left.role.toLowerCase()).not.toBe(right.role.toLowerCase());
      }),
    );
  });
});

describe("buildHostNames", () => {
  it("is readable for an ordinary name", () => {
    expect(buildHostNames("www.example.com")).toEqual({
      listener: "www.example.com",
      secret: "www.example.com-tls",
      route: "www.example.com",
      redirectRoute: "www.example.com-redirect",
    });
  });

  it("gives valid names, for any host", () => {
    fc.assert(
      fc.property(hostname, (name) => {
        const { listener, secret, route, redirectRoute } = buildHostNames(name);
        for (const one of [listener, secret, route, redirectRoute]) {
          expect(one).toMatch(DNS_NAME);
          expect(one.length).toBeLessThanOrEqual(253);
        }
        expect(listener).not.toBe(HTTP_LISTENER);
      }),
    );
  });

  it("gives no name twice", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostname, { minLength: 2, maxLength: 5 }), (hostnames) => {
        const all = hostnames.map(buildHostNames);
        const routes = all.flatMap(({ route, redirectRoute }) => [route, redirectRoute]);
        expect(new Set(routes).size).toBe(routes.length);
        expect(new Set(all.map(({ secret }) => secret)).size).toBe(hostnames.length);
      }),
    );
  });

  it("leaves ExternalDNS room for owner and route in one TXT string, at their longest", () => {
    const from = { account: "123456789012", region: "ap-southeast-1", cluster: "c".repeat(100) };
    const name = `${"h".repeat(60)}.`.repeat(4).slice(0, 240) + ".example.com";
    const text = [
      "heritage=external-dns",
      `external-dns/owner=${namesOf(from).txtOwner}`,
      `external-dns/resource=httproute/${"n".repeat(63)}/${buildHostNames(name).redirectRoute}`,
    ].join(",");
    expect(text.length).toBeGreaterThan(250);
    expect(text.length).toBeLessThanOrEqual(255);
  });
});

describe("findRouteNamespaces", () => {
  it("is the Gateway's and each backend's, once", () => {
    const other = { ...webHost, hostname: "api.example.com" };
    const third = { ...webHost, backend: { ...webHost.backend, namespace: "billing" } };
    const config = configWith({ hosts: [webHost, other, third] });
    expect(findRouteNamespaces(config)).toEqual(["billing", "gateway-tls", "shop"]);
  });
});
