import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HostedZones, ResourceRecordSet } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount } from "./account.ts";

export interface ZonesWorld {
  zones: HostedZones;
  /** What really is there: the fixture, with the ids and name servers that this world gave. */
  account: AccountFixture;
  close(): Promise<void>;
}

/** Route 53 answers with a hundred zones and three hundred record sets at a time. */
function largeAccount(): AccountFixture {
  const [first] = contractAccount.zones;
  if (first === undefined) throw new Error("the fixture has no zone");
  const more = Array.from({ length: 105 }, (_, index) => ({
    zone: { id: `Z0MORE${index}`, name: `more-${index}.example.net`, private: false },
    nameServers: ["ns-5.awsdns-05.org"],
    records: [],
  }));
  const records = Array.from({ length: 305 }, (_, index) => ({
    name: `host-${index}.example.com`,
    type: "A",
    ttlSeconds: 60,
    values: ["192.0.2.1"],
  }));
  const full = { ...first, records: [...first.records, ...records] };
  return { ...contractAccount, zones: [full, ...more] };
}

const byName = (records: readonly ResourceRecordSet[]) =>
  records.toSorted((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`));

/** What every HostedZones does, the real one and the sandbox's. */
export function describeZonesContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<ZonesWorld>,
): void {
  describe(`HostedZones: ${title}`, () => {
    let world: ZonesWorld;
    let zones: HostedZones;
    let publicId: string;
    let nameServers: readonly string[];
    let fixture: readonly ResourceRecordSet[];
    beforeEach(async () => {
      world = await make(contractAccount);
      zones = world.zones;
      const [there] = world.account.zones;
      if (there === undefined) throw new Error("the fixture has no zone");
      publicId = there.zone.id;
      nameServers = there.nameServers;
      fixture = there.records;
    });
    afterEach(() => world.close());

    const named = (...names: string[]) =>
      byName(fixture.filter(({ name }) => names.includes(name)));
    const records = async (names?: string[]) => byName(await zones.listRecords(publicId, names));

    test("lists every zone, public and private", async () => {
      const found = (await zones.list()).toSorted((a, b) => a.id.localeCompare(b.id));
      const expected = world.account.zones.map(({ zone }) => zone);
      expect(found).toEqual(expected.toSorted((a, b) => a.id.localeCompare(b.id)));
      expect(found.filter((zone) => zone.private)).toHaveLength(1);
    });

    test("lists more zones and record sets than one page holds", async () => {
      const large = await make(largeAccount());
      try {
        const names = (await large.zones.list()).map(({ name }) => name);
        expect(names.toSorted()).toEqual(
          large.account.zones.map(({ zone }) => zone.name).toSorted(),
        );
        const [first] = large.account.zones;
        const found = byName(await large.zones.listRecords(first?.zone.id ?? ""));
        expect(found.map(({ name, type }) => [name, type])).toEqual(
          byName(first?.records ?? []).map(({ name, type }) => [name, type]),
        );
      } finally {
        await large.close();
      }
    });

    test("finds a zone by its id, and no other", async () => {
      expect(await zones.find(publicId)).toEqual({
        id: publicId,
        name: "example.com",
        private: false,
      });
      expect(await zones.find("Z0ABSENT1")).toBeUndefined();
    });

    test("knows a public zone's name servers", async () => {
      expect(nameServers).not.toEqual([]);
      expect((await zones.nameServers(publicId)).toSorted()).toEqual(nameServers.toSorted());
    });

    test("lists every record set as the port spells it", async () => {
      expect(await records()).toEqual(byName(fixture));
    });

    test.each([
      [["www.example.com"]],
      [["example.com"]],
      [["*.example.com"]],
      [["shop.example.com", "cname-edns.www.example.com", "example.com"]],
    ])("lists the record sets of %s only", async (names) => {
      const expected = named(...names);
      expect(expected).not.toEqual([]);
      expect(await records(names)).toEqual(expected);
    });

    test("names may be given in any case, with a trailing dot, and twice", async () => {
      expect(await records(["WWW.Example.com.", "www.example.com"])).toEqual(
        named("www.example.com"),
      );
    });

    test.each([[["absent.example.com"]], [["zz.example.com"]], [["ww.example.com"]], [[]]])(
      "lists nothing for %s",
      async (names) => {
        expect(await records(names)).toEqual([]);
      },
    );

    test("deletes exactly the record sets that are given", async () => {
      await zones.deleteRecords(
        publicId,
        named("www.example.com", "*.example.com", "shop.example.com"),
      );
      expect(await records()).toEqual(
        named("example.com", "cname-edns.www.example.com", "under.www.example.com"),
      );
    });

    test("leaves out what is already gone", async () => {
      const gone = named("*.example.com");
      await zones.deleteRecords(publicId, gone);
      await zones.deleteRecords(publicId, gone);
      await zones.deleteRecords(publicId, [...gone, ...named("under.www.example.com")]);
      expect(await records(["*.example.com", "under.www.example.com"])).toEqual([]);
      await zones.deleteRecords(publicId, []);
    });

    test("a record set that has changed meanwhile is not deleted, nor is anything else", async () => {
      const changed = named("*.example.com").map((record) => ({
        ...record,
        values: ["192.0.2.99"],
      }));
      const deletion = zones.deleteRecords(publicId, [
        ...named("under.www.example.com"),
        ...changed,
      ]);
      await expect(deletion).rejects.toMatchObject({ code: "GT-RECORD-CHANGED" });
      expect(await records()).toEqual(byName(fixture));
    });

    test("a zone that is not there is a failure for whoever asks for its content", async () => {
      const missing = { code: "GT-ZONE-NOT-FOUND", retry: undefined };
      await expect(zones.nameServers("Z0ABSENT1")).rejects.toMatchObject(missing);
      await expect(zones.listRecords("Z0ABSENT1")).rejects.toMatchObject(missing);
    });
  });
}
