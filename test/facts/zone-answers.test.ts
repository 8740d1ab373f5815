import { expect, test } from "vitest";
import { findAddresses, readZoneAnswers } from "../../src/facts/zone-answers.ts";
import { FakeDns, records } from "./fakes/fake-dns.ts";

const host = "www.example.com";
const servers = ["1", "2", "3", "4"].map((one) => ({
  name: `ns-${one}`,
  address: `192.0.2.${one}`,
}));
const a = { answers: records(host, "A", "203.0.113.1") };

test("a server that fails or refuses says nothing of the name", async () => {
  const dns = new FakeDns({
    [`${host} A @192.0.2.1`]: a,
    [`${host} A @192.0.2.2`]: { status: "SERVFAIL" },
    [`${host} A @192.0.2.3`]: { status: "REFUSED" },
    [`${host} A @192.0.2.4`]: { silent: true },
  });
  const all = [
    ...servers,
    { name: "ns-5", address: "192.0.2.5" },
    { name: "ns-6", address: undefined },
  ];
  expect(await readZoneAnswers(dns, all, host)).toEqual({
    addresses: ["203.0.113.1"],
    missing: ["ns-5"],
    silent: ["ns-2", "ns-3", "ns-4", "ns-6"],
    errors: { "ns-2": "SERVFAIL", "ns-3": "REFUSED" },
  });
});

test("an address is an answer, also where the other family's question fails", async () => {
  const dns = new FakeDns({
    [`${host} A @192.0.2.1`]: a,
    [`${host} AAAA @192.0.2.1`]: { status: "SERVFAIL" },
    [`${host} A @192.0.2.2`]: {},
    [`${host} AAAA @192.0.2.2`]: { silent: true },
  });
  const { addresses, missing, silent } = await readZoneAnswers(dns, servers.slice(0, 2), host);
  expect({ addresses, missing, silent }).toEqual({
    addresses: ["203.0.113.1"],
    missing: [],
    silent: ["ns-2"],
  });
});

test("where no server of the zone answers, the resolver tells the way", async () => {
  const dns = new FakeDns({ "* @192.0.2.1": { status: "REFUSED" }, [`${host} A`]: a });
  expect(await findAddresses(dns, servers.slice(0, 1), host)).toEqual(["203.0.113.1"]);
});
