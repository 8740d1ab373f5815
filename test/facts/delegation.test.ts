import { expect, test } from "vitest";
import { readDelegation } from "../../src/facts/delegation.ts";
import { FakeDns, records } from "./fakes/fake-dns.ts";

const own = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.net"];
const zone = { name: "example.com", nameServers: own };
const soa = records("example.com", "SOA", "ns. host. 1 2 3 4 5");
const com = {
  "com NS": { answers: records("com", "NS", "a.gtld-servers.net") },
  "a.gtld-servers.net A": { answers: records("a.gtld-servers.net", "A", "192.5.6.30") },
};
const wellKnown = { "example.com SOA": { answers: soa }, ...com };
const read = async (table: ConstructorParameters<typeof FakeDns>[0], viaRecursive = false) => {
  const dns = new FakeDns(table);
  const fact = await readDelegation(dns, zone, { viaRecursive });
  return { dns, fact };
};

test("asks a server of the parent zone, and takes its referral", async () => {
  const { fact, dns } = await read({
    ...wellKnown,
    "example.com NS @192.5.6.30": {
      authorities: records("example.com", "NS", "NS-2.awsdns-02.net.", own[0] ?? ""),
    },
    "example.com DS @192.5.6.30": { authorities: records("com", "SOA", "x") },
  });
  expect(fact).toEqual({
    known: true,
    value: {
      zone: "example.com",
      parent: "com",
      expected: own,
      delegated: own,
      source: "parent",
      ds: false,
      soaStatus: "NOERROR",
    },
  });
  expect(dns.asked).not.toContain("example.com NS");
});

test("the parent knows no such name: nobody delegates it", async () => {
  const { fact } = await read({ ...com, "* @192.5.6.30": { status: "NXDOMAIN" } });
  expect(fact).toMatchObject({
    known: true,
    value: { delegated: [], source: "parent", soaStatus: "NXDOMAIN" },
  });
});

test("a subdomain's parent is the nearest name that is a zone", async () => {
  const dns = new FakeDns({
    "b.example.com NS": { authorities: records("example.com", "SOA", "x") },
    "example.com NS": { answers: records("example.com", "NS", "ns.host.net") },
    "ns.host.net A": { answers: records("ns.host.net", "A", "192.0.2.53") },
    "a.b.example.com NS @192.0.2.53": {
      authorities: records("a.b.example.com", "NS", "ns-1.awsdns-01.org"),
    },
  });
  const fact = await readDelegation(
    dns,
    { name: "a.b.example.com", nameServers: own },
    { viaRecursive: false },
  );
  expect(fact).toMatchObject({ value: { parent: "example.com", delegated: [own[0]] } });
});

test("a parent server that does not answer is followed by the next", async () => {
  const { fact } = await read({
    ...wellKnown,
    "com NS": { answers: records("com", "NS", "dead.net", "a.gtld-servers.net") },
    "dead.net A": { answers: records("dead.net", "A", "192.0.2.1") },
    "* @192.0.2.1": { silent: true },
    "example.com NS @192.5.6.30": { authorities: records("example.com", "NS", "ns.other.net") },
  });
  expect(fact).toMatchObject({ value: { delegated: ["ns.other.net"], source: "parent" } });
});

test("port 53 to others is blocked: the resolver's answer counts, and says so", async () => {
  const { fact } = await read({
    ...wellKnown,
    "* @192.5.6.30": { silent: true },
    "example.com NS": { answers: records("example.com", "NS", ...own) },
    "example.com DS": { answers: records("example.com", "DS", "1 13 2 ab") },
  });
  expect(fact).toMatchObject({ value: { delegated: own, source: "recursive", ds: true } });
});

test("nothing answers at all: unknown, with the reason", async () => {
  const { fact } = await read({ "*": { silent: true } });
  expect(fact).toMatchObject({ known: false, error: { code: "GT-DNS-UNREACHABLE" } });
});

test("under --dns-server no other server is asked", async () => {
  const { fact, dns } = await read(
    { ...wellKnown, "example.com NS": { answers: records("example.com", "NS", ...own) } },
    true,
  );
  expect(fact).toMatchObject({ value: { delegated: own, source: "recursive" } });
  expect(dns.asked.filter((question) => question.includes("@"))).toEqual([]);
});

test("broken signatures are seen as SERVFAIL beside the delegation", async () => {
  const { fact } = await read({
    ...com,
    "example.com SOA": { status: "SERVFAIL" },
    "example.com NS @192.5.6.30": { authorities: records("example.com", "NS", ...own) },
    "example.com DS @192.5.6.30": { answers: records("example.com", "DS", "1 13 2 ab") },
  });
  expect(fact).toMatchObject({ value: { delegated: own, ds: true, soaStatus: "SERVFAIL" } });
});
