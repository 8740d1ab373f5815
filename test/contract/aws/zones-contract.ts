import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HostedZones, ResourceRecordSet } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount } from "./account.ts";

export interface ZonesWorld {
  zones: HostedZones;
  close(): Promise<void>;
}

const ID = "Z0PUBLIC1";
const fixture = contractAccount.zones[0]?.records ?? [];
const byName = (records: readonly ResourceRecordSet[]) =>
  records.toSorted((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`));
const named = (...names: string[]) => byName(fixture.filter(({ name }) => names.includes(name)));

/** What every HostedZones does, the real one and the sandbox's. */
export function describeZonesContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<ZonesWorld>,
): void {
  describe(`HostedZones: ${title}`, () => {
    let world: ZonesWorld;
    let zones: HostedZones;
    beforeEach(async () => {
      world = await make(contractAccount);
      zones = world.zones;
    });
    afterEach(() => world.close());

    const records = async (names?: string[]) => byName(await zones.listRecords(ID, names));

    test("lists every zone, public and private", async () => {
      const found = (await zones.list()).toSorted((a, b) => a.id.localeCompare(b.id));
      expect(found).toEqual([
        { id: "Z0OTHER1", name: "example.org", private: false },
        { id: "Z0PRIVATE1", name: "example.com", private: true },
        { id: "Z0PUBLIC1", name: "example.com", private: false },
      ]);
    });

    test("finds a zone by its id, and no other", async () => {
      expect(await zones.find(ID)).toEqual({ id: ID, name: "example.com", private: false });
      expect(await zones.find("Z0ABSENT1")).toBeUndefined();
    });

    test("knows a public zone's name servers", async () => {
      expect((await zones.nameServers(ID)).toSorted()).toEqual([
        "ns-1.awsdns-01.org",
        "ns-2.awsdns-02.net",
      ]);
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
      await zones.deleteRecords(ID, named("www.example.com", "*.example.com", "shop.example.com"));
      expect(await records()).toEqual(
        named("example.com", "cname-edns.www.example.com", "under.www.example.com"),
      );
    });

    test("leaves out what is already gone", async () => {
      const gone = named("*.example.com");
      await zones.deleteRecords(ID, gone);
      await zones.deleteRecords(ID, gone);
      await zones.deleteRecords(ID, [...gone, ...named("under.www.example.com")]);
      expect(await records(["*.example.com", "under.www.example.com"])).toEqual([]);
      await zones.deleteRecords(ID, []);
    });

    test("a record set that has changed meanwhile is not deleted, nor is anything else", async () => {
      const changed = named("*.example.com").map((record) => ({
        ...record,
        values: ["192.0.2.99"],
      }));
      const deletion = zones.deleteRecords(ID, [...named("under.www.example.com"), ...changed]);
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
