import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DnsRecord, RecordType, Resolver } from "../../../src/ports/network.ts";

/** A zone that the world under test serves. Values are spelled as the port spells them. */
export interface ZoneFixture {
  /** Lower case, without the trailing dot. */
  name: string;
  /** Names of its servers; the parent delegates to exactly these. */
  nameServers: readonly string[];
  records: readonly DnsRecord[];
}

export const contractZone: ZoneFixture = {
  name: "example.com",
  nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.net"],
  records: [
    { name: "www.example.com", type: "A", ttlSeconds: 60, value: "203.0.113.10" },
    { name: "www.example.com", type: "A", ttlSeconds: 60, value: "203.0.113.11" },
    { name: "www.example.com", type: "AAAA", ttlSeconds: 60, value: "2001:db8::10" },
    { name: "note.example.com", type: "TXT", ttlSeconds: 300, value: "heritage=external-dns,a=b" },
    { name: "example.com", type: "CAA", ttlSeconds: 300, value: '0 issue "letsencrypt.org"' },
    { name: "alias.example.com", type: "CNAME", ttlSeconds: 60, value: "www.example.com" },
  ],
};

export interface ResolverWorld {
  resolver: Resolver;
  /** The IP address of a server of the zone. */
  zoneServer: string;
  /** The IP address of a server of the parent zone, `com`. */
  parentServer: string;
  /** An IP address where no name server is. */
  deadServer: string;
  close(): Promise<void>;
}

/** What every Resolver does, the real one and the sandbox's. */
export function describeResolver(
  title: string,
  make: (zone: ZoneFixture) => Promise<ResolverWorld>,
): void {
  describe(`Resolver: ${title}`, () => {
    let world: ResolverWorld;
    beforeAll(async () => {
      world = await make(contractZone);
    });
    afterAll(() => world.close());

    const values = async (name: string, type: RecordType, server?: string) =>
      (await world.resolver.query(name, type, server)).answers.map((record) => record.value).sort();

    test("answers with every record of the type", async () => {
      const answer = await world.resolver.query("www.example.com", "A");
      expect(answer.status).toBe("NOERROR");
      expect(answer.answers.map((record) => record.name)).toEqual(Array(2).fill("www.example.com"));
      expect(await values("www.example.com", "A")).toEqual(["203.0.113.10", "203.0.113.11"]);
      expect(await values("www.example.com", "AAAA")).toEqual(["2001:db8::10"]);
    });

    test("takes names in any case, with or without the trailing dot", async () => {
      expect(await values("WWW.Example.COM.", "AAAA")).toEqual(["2001:db8::10"]);
    });

    test.each<[string, RecordType, string]>([
      ["note.example.com", "TXT", "heritage=external-dns,a=b"],
      ["example.com", "CAA", '0 issue "letsencrypt.org"'],
    ])("spells %s %s as the port says", async (name, type, value) => {
      expect(await values(name, type)).toEqual([value]);
    });

    test("follows an alias and shows it", async () => {
      const { answers } = await world.resolver.query("alias.example.com", "AAAA");
      expect(answers.map(({ name, type, value }) => [name, type, value])).toEqual([
        ["alias.example.com", "CNAME", "www.example.com"],
        ["www.example.com", "AAAA", "2001:db8::10"],
      ]);
    });

    test("says NXDOMAIN for a name that is not there", async () => {
      const answer = await world.resolver.query("nobody.example.com", "A");
      expect(answer).toMatchObject({ status: "NXDOMAIN", answers: [] });
    });

    test("answers nothing, without an error, for a type that the name does not have", async () => {
      const answer = await world.resolver.query("note.example.com", "A");
      expect(answer).toMatchObject({ status: "NOERROR", answers: [] });
    });

    test("a server of the zone answers with authority, negative answers with the SOA", async () => {
      const found = await world.resolver.query("www.example.com", "A", world.zoneServer);
      expect(found).toMatchObject({ status: "NOERROR", authoritative: true });
      expect(found.answers).toHaveLength(2);
      const missing = await world.resolver.query("nobody.example.com", "A", world.zoneServer);
      expect(missing).toMatchObject({ status: "NXDOMAIN", authoritative: true, answers: [] });
      expect(missing.authorities.map(({ name, type }) => [name, type])).toEqual([
        ["example.com", "SOA"],
      ]);
      expect(missing.authorities[0]?.value).toMatch(/^\S+ \S+( \d+){5}$/);
    });

    test("a server of the zone names the zone's servers", async () => {
      expect(await values("example.com", "NS", world.zoneServer)).toEqual(contractZone.nameServers);
    });

    test("a server of the parent refers to the zone's servers", async () => {
      const answer = await world.resolver.query("example.com", "NS", world.parentServer);
      expect(answer).toMatchObject({ status: "NOERROR", authoritative: false, answers: [] });
      expect(answer.authorities.map(({ type, value }) => `${type} ${value}`).sort()).toEqual(
        contractZone.nameServers.map((server) => `NS ${server}`),
      );
    });

    test("no server there is GT-DNS-UNREACHABLE", async () => {
      await expect(
        world.resolver.query("www.example.com", "A", world.deadServer),
      ).rejects.toMatchObject({ name: "UserError", code: "GT-DNS-UNREACHABLE" });
    });
  });
}
