import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findStrays, readBalancers } from "../../src/facts/balancers.ts";
import { FakeDns, records } from "./fakes/fake-dns.ts";

const NAME = "lb.elb.amazonaws.com";
const v4 = fc.ipV4();
const v6 = fc.ipV6();

function balancer(addresses: string[], unread: ("A" | "AAAA")[] = []) {
  return {
    balancers: { [NAME]: addresses },
    balancerGaps: { [NAME]: { missing: false, unread } },
  };
}

describe("addresses that are not the balancer's", () => {
  test.each<[string, string[], string[], string[]]>([
    ["the same", ["192.0.2.1"], ["192.0.2.1"], []],
    ["one in common: it changes them", ["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.3"], []],
    ["none in common", ["192.0.2.1"], ["192.0.2.9"], ["192.0.2.9"]],
    ["IPv6 beside the right IPv4", ["192.0.2.1"], ["192.0.2.1", "2001:db8::9"], ["2001:db8::9"]],
    [
      "IPv4 beside the right IPv6",
      ["192.0.2.1", "2001:db8::1"],
      ["192.0.2.9", "2001:db8::1"],
      ["192.0.2.9"],
    ],
    ["a balancer whose addresses are not known", [], ["192.0.2.9"], []],
  ])("%s", (_, own, seen, strays) => {
    expect(findStrays(balancer(own), [NAME], seen)).toEqual(strays);
  });

  test("a family that nobody answered about is not judged", () => {
    const facts = balancer(["192.0.2.1"], ["AAAA"]);
    expect(findStrays(facts, [NAME], ["192.0.2.1", "2001:db8::9"])).toEqual([]);
  });

  test("are some of those seen, and never the balancer's own", () => {
    const some = fc.array(fc.oneof(v4, v6));
    fc.assert(
      fc.property(some, some, (own, seen) => {
        const strays = findStrays(balancer(own), [NAME], seen);
        expect(seen).toEqual(expect.arrayContaining(strays));
        expect(strays.filter((one) => own.includes(one))).toEqual([]);
      }),
    );
  });
});

describe("what is asked of a balancer's name", () => {
  const gapOf = async (table: ConstructorParameters<typeof FakeDns>[0]) =>
    (await readBalancers(new FakeDns(table), [NAME])).balancerGaps[NAME];

  test("a name that does not exist is missing", async () => {
    expect(await gapOf({})).toEqual({ missing: true, unread: [] });
  });

  test("a name without addresses, or that nobody answers about, is not", async () => {
    expect(await gapOf({ [`${NAME} A`]: {}, [`${NAME} AAAA`]: {} })).toMatchObject({
      missing: false,
    });
    const silent = { silent: true };
    expect(await gapOf({ [`${NAME} A`]: silent, [`${NAME} AAAA`]: silent })).toEqual({
      missing: false,
      unread: ["A", "AAAA"],
    });
    const failing = { status: "SERVFAIL" };
    expect(await gapOf({ [`${NAME} A`]: failing, [`${NAME} AAAA`]: failing })).toMatchObject({
      missing: false,
    });
  });

  test("an address is taken as it is", async () => {
    const dns = new FakeDns({});
    const { balancers } = await readBalancers(dns, ["192.0.2.1", "2001:db8::1"]);
    expect(balancers).toEqual({ "192.0.2.1": ["192.0.2.1"], "2001:db8::1": ["2001:db8::1"] });
    expect(dns.asked).toEqual([]);
  });

  test("both families are known where both were answered", async () => {
    const table = {
      [`${NAME} A`]: { answers: records(NAME, "A", "192.0.2.1") },
      [`${NAME} AAAA`]: { answers: records(NAME, "AAAA", "2001:db8::1") },
    };
    const facts = await readBalancers(new FakeDns(table), [NAME]);
    expect(facts.balancers[NAME]).toEqual(["192.0.2.1", "2001:db8::1"]);
    expect(facts.balancerGaps[NAME]).toEqual({ missing: false, unread: [] });
  });
});
