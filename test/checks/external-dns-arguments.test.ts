import { describe, expect, test } from "vitest";
import { filterDomain, isParentOfFilter } from "../../src/checks/domain-filter.ts";
import { argumentsOf, isOn } from "../../src/checks/external-dns-arguments.ts";
import { parseDeployment } from "../../src/facts/objects.ts";

function flagsOf(args: string[], more: Record<string, unknown> = {}, others: unknown[] = []) {
  const containers = [...others, { name: "external-dns", image: "x", args, ...more }];
  return argumentsOf(
    parseDeployment({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "external-dns" },
      spec: { template: { spec: { containers } } },
    }),
  );
}

describe("flags", () => {
  test("with a sign, as two words, bare, and several times", () => {
    const args = flagsOf(["--source=service", "--source", "gateway-httproute", "--events"]);
    expect(args("source")).toEqual(["service", "gateway-httproute"]);
    expect(args("events")).toEqual([""]);
    expect(args("sour")).toEqual([]);
  });

  test("in the command too, and not another container's", () => {
    const other = { name: "proxy", image: "y", args: ["--source=pod"] };
    const args = flagsOf(["--source=service"], { command: ["external-dns", "--once"] }, [other]);
    expect(args("source")).toEqual(["service"]);
    expect(args("once")).toEqual([""]);
  });

  test("of the environment, where they are not given", () => {
    const env = [
      { name: "EXTERNAL_DNS_DOMAIN_FILTER", value: "a.example\nb.example" },
      { name: "EXTERNAL_DNS_SOURCE", value: "service" },
    ];
    const args = flagsOf(["--source=gateway-httproute"], { env });
    expect(args("domain-filter")).toEqual(["a.example", "b.example"]);
    expect(args("source")).toEqual(["gateway-httproute"]);
  });

  test.each([
    [["--dry-run"], true],
    [["--dry-run=true"], true],
    [["--dry-run=false"], false],
    [["--no-dry-run"], false],
    [[], false],
  ])("%j: the dry run is on: %s", (given, expected) => {
    expect(isOn(flagsOf(given), "dry-run")).toBe(expected);
  });
});

describe("domains, as ExternalDNS filters them", () => {
  test.each([
    [[], undefined],
    [["--domain-filter="], undefined],
    [["--domain-filter=example.com."], undefined],
    [["--domain-filter=.example.com"], undefined],
    [["--domain-filter=other.com"], "--domain-filter=other.com"],
    [["--domain-filter=ple.com"], "--domain-filter=ple.com"],
    [["--exclude-domains=www.example.com"], "--exclude-domains=www.example.com"],
    [["--exclude-domains=api.example.com"], undefined],
    [["--regex-domain-filter=^www", "--domain-filter=other.com"], undefined],
    [["--regex-domain-exclusion=^www"], "--regex-domain-exclusion=^www"],
    [["--regex-domain-exclusion=^api"], undefined],
  ])("%j", (given, leaves) => {
    const expected = leaves === undefined ? undefined : { leaves };
    expect(filterDomain(flagsOf(given), "www.example.com")).toEqual(expected);
  });

  test("a zone is passed over for what is below it, unless parents are let in", () => {
    const args = flagsOf(["--domain-filter=www.example.com"]);
    expect(filterDomain(args, "example.com")).toEqual({
      leaves: "--domain-filter=www.example.com",
    });
    expect(isParentOfFilter(args, "example.com")).toBe(true);
    expect(isParentOfFilter(flagsOf(["--domain-filter=.example.com"]), "example.com")).toBe(false);
    expect(isParentOfFilter(args, "ample.com")).toBe(false);
  });

  test("an expression of Go alone is none here", () => {
    const args = flagsOf(["--regex-domain-filter=(?P<a>w)"]);
    expect(filterDomain(args, "www.example.com")).toEqual({
      unread: "--regex-domain-filter=(?P<a>w)",
    });
  });
});
