import { expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { known, unknown, valueOf, type Fact } from "../../src/facts/fact.ts";
import type { Survey } from "../../src/facts/survey.ts";
import { createZoneReader } from "../../src/facts/zone-sight.ts";
import type { HostedZone } from "../../src/ports/aws.ts";
import { buildStateWorld } from "../checks/state-world.ts";
import { readState } from "../checks/state-file.ts";
import { FakeDns, records } from "./fakes/fake-dns.ts";

const { world, survey: kept } = buildStateWorld(readState("healthy"));
const survey: Survey = { ...kept, kept: false, zone: { id: undefined, name: "com" } };

/** Two domains, each at a server of its own. */
const dns = new FakeDns(
  Object.fromEntries(
    ["one.com", "two.com"].flatMap((zone) => [
      [`${zone} NS`, { answers: records(zone, "NS", `ns.${zone}.`) }],
      [`ns.${zone} A`, { answers: records(`ns.${zone}`, "A", `192.0.2.${zone.length}`) }],
    ]),
  ),
);

function readerFor(zones: Fact<HostedZone[]>) {
  const asked: string[] = [];
  const port = {
    ...world.zones,
    nameServers: async (id: string) => {
      asked.push(id);
      return [`ns.${id}.com`];
    },
  };
  const questions = { survey, zones, viaRecursive: true };
  return { asked, look: createZoneReader({ zones: port, resolver: dns }, questions) };
}

const zone = (id: string): HostedZone => ({ id, name: `${id}.com`, private: false });

test("hosts of several domains have each the zone of their own, which is asked about once", async () => {
  const { asked, look } = readerFor(known([zone("one"), zone("two")]));
  const seen = await Promise.all(["a.one.com", "b.one.com", "c.two.com"].map(look));
  expect(seen.map((sight) => valueOf(sight.zone)?.name)).toEqual(["one.com", "one.com", "two.com"]);
  expect(seen.map((sight) => valueOf(sight.servers)?.[0]?.name)).toEqual([
    "ns.one.com",
    "ns.one.com",
    "ns.two.com",
  ]);
  expect(asked.toSorted()).toEqual(["one", "two"]);
});

test("without AWS the servers are those that DNS names, for each host", async () => {
  const error = new UserError("GT-AWS-CREDENTIALS-EXPIRED", "The AWS credentials have expired.");
  const { look } = readerFor(unknown(error));
  const seen = await Promise.all(["a.one.com", "c.two.com"].map(look));
  expect(seen.map((sight) => valueOf(sight.servers)?.[0]?.name)).toEqual([
    "ns.one.com",
    "ns.two.com",
  ]);
  expect(seen.map((sight) => sight.zone.known)).toEqual([false, false]);
});

test("a host whose zone the account does not have is told by its name, and the others are seen", async () => {
  const { look } = readerFor(known([zone("one")]));
  const seen = await look("c.two.com");
  expect(seen.zone).toMatchObject({
    reason: "The account has no public hosted zone for c.two.com.",
  });
  expect(valueOf((await look("a.one.com")).zone)?.id).toBe("one");
});

test("of many domains the first few are asked about, the others' servers are those of DNS", async () => {
  const ids = ["a", "b", "c", "d", "e", "one", "two"];
  const { asked, look } = readerFor(known(ids.map(zone)));
  const seen = await Promise.all(ids.map((id) => look(`www.${id}.com`)));
  expect(asked).toEqual(["a", "b", "c", "d", "e"]);
  const [past] = seen.slice(-1);
  expect(past?.delegation).toMatchObject({ known: false, error: { code: "GT-ZONE-NOT-ASKED" } });
  expect(past && valueOf(past.servers)?.[0]?.name).toBe("ns.two.com");
});
