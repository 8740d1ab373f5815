import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DnsRecord, RecordType, Resolver } from "../../../src/ports/network.ts";

/** A zone that the world under test serves. Values are spelled as the port spells them. */
export interface ZoneFixture {
  /** Lower case, without the trailing dot. */
  name: string;
  /** Names of its servers; the parent delegates to exactly these. */
  nameServers: readonly string[];
  records: readonly DnsRecord[];
  /** The DS record that the parent publishes, as the port spells it. The zone is not signed. */
  ds?: string;
}

const contractZone: ZoneFixture = {
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

/** A zone that every validating resolver rejects. */
const brokenZone = {
  name: "broken.com",
  nameServers: ["ns-3.awsdns-03.com"],
  records: [{ name: "www.broken.com", type: "A", ttlSeconds: 60, value: "203.0.113.12" }],
  ds: `12345 13 2 ${"0a".repeat(32)}`,
} as const satisfies ZoneFixture;

export interface ResolverWorld {
  /** Without a server it asks one that validates. */
  resolver: Resolver;
  /** The IP address of a server of the zone. */
  zoneServer: string;
  /** The IP address of a server of the zone that is broken. */
  brokenServer: string;
  /** The IP address of a server of the parent zone, `com`. */
  parentServer: string;
  /** An IP address where nothing listens. */
  closedServer: string;
  /** An IP address from which nothing comes back. */
  silentServer: string;
  close(): Promise<void>;
}

type Make = (zones: readonly [ZoneFixture, ZoneFixture]) => Promise<ResolverWorld>;

/** What every Resolver does, the real one and the sandbox's. */
export function describeResolver(title: string, make: Make): void {
  describe(`Resolver: ${title}`, () => {
    let world: ResolverWorld;
    beforeAll(async () => {
      world = await make([contractZone, brokenZone]);
    });
    afterAll(() => world.close());
    describeAnswers(() => world);
    describeServers(() => world);
    describeFailures(() => world);
  });
}

const valuesWith =
  (world: () => ResolverWorld) =>
  async (name: string, type: RecordType, server?: string): Promise<string[]> =>
    (await world().resolver.query(name, type, server)).answers.map((record) => record.value).sort();

/** Of the recursive resolver. */
function describeAnswers(world: () => ResolverWorld): void {
  const values = valuesWith(world);
  const query = (name: string, type: RecordType) => world().resolver.query(name, type);

  test("answers with every record of the type", async () => {
    const answer = await query("www.example.com", "A");
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
    ["broken.com", "DS", brokenZone.ds],
  ])("spells %s %s as the port says", async (name, type, value) => {
    expect(await values(name, type)).toEqual([value]);
  });

  test("follows an alias and shows it", async () => {
    const { answers } = await query("alias.example.com", "AAAA");
    expect(answers.map(({ name, type, value }) => [name, type, value])).toEqual([
      ["alias.example.com", "CNAME", "www.example.com"],
      ["www.example.com", "AAAA", "2001:db8::10"],
    ]);
  });

  test("says NXDOMAIN for a name that is not there", async () => {
    expect(await query("nobody.example.com", "A")).toMatchObject({
      status: "NXDOMAIN",
      answers: [],
    });
  });

  test("answers nothing, without an error, for a type that the name does not have", async () => {
    expect(await query("note.example.com", "A")).toMatchObject({ status: "NOERROR", answers: [] });
  });

  test.each(["SOA", "A"] as const)(
    "SERVFAIL is an answer: %s of a zone whose signatures do not match",
    async (type) => {
      expect(await query(type === "A" ? "www.broken.com" : "broken.com", type)).toMatchObject({
        status: "SERVFAIL",
        answers: [],
      });
    },
  );
}

/** Of one name server, without recursion. */
function describeServers(world: () => ResolverWorld): void {
  const values = valuesWith(world);
  const ask = (name: string, type: RecordType, server: "zone" | "broken" | "parent") =>
    world().resolver.query(name, type, world()[`${server}Server`]);

  test("a server of the zone answers with authority, negative answers with the SOA", async () => {
    const found = await ask("www.example.com", "A", "zone");
    expect(found).toMatchObject({ status: "NOERROR", authoritative: true });
    expect(found.answers).toHaveLength(2);
    const missing = await ask("nobody.example.com", "A", "zone");
    expect(missing).toMatchObject({ status: "NXDOMAIN", authoritative: true, answers: [] });
    expect(missing.authorities.map(({ name, type }) => [name, type])).toEqual([
      ["example.com", "SOA"],
    ]);
    expect(missing.authorities[0]?.value).toMatch(/^\S+ \S+( \d+){5}$/);
  });

  test("a server of the zone names the zone's servers", async () => {
    const found = await values("example.com", "NS", world().zoneServer);
    expect(found).toEqual(contractZone.nameServers);
  });

  test("a server of the zone knows nothing of signatures", async () => {
    const found = await ask("www.broken.com", "A", "broken");
    expect(found).toMatchObject({ status: "NOERROR", answers: [{ value: "203.0.113.12" }] });
  });

  test("a server refuses to answer for a zone that it does not have", async () => {
    expect(await ask("www.broken.com", "A", "zone")).toMatchObject({
      status: "REFUSED",
      authoritative: false,
      answers: [],
    });
  });

  test("a server of the parent refers to the zone's servers", async () => {
    const answer = await ask("example.com", "NS", "parent");
    expect(answer).toMatchObject({ status: "NOERROR", authoritative: false, answers: [] });
    expect(answer.authorities.map(({ type, value }) => `${type} ${value}`).sort()).toEqual(
      contractZone.nameServers.map((server) => `NS ${server}`),
    );
  });

  test("a server of the parent has the DS records itself, and says when there is none", async () => {
    const signed = await ask("broken.com", "DS", "parent");
    expect(signed).toMatchObject({ status: "NOERROR", authoritative: true });
    expect(signed.answers).toMatchObject([{ name: "broken.com", value: brokenZone.ds }]);
    const unsigned = await ask("example.com", "DS", "parent");
    expect(unsigned).toMatchObject({ status: "NOERROR", authoritative: true, answers: [] });
  });
}

function describeFailures(world: () => ResolverWorld): void {
  test.each([
    ["closedServer", /nothing listens there\.$/],
    ["silentServer", /no answer within [\d.]+ s\.$/],
  ] as const)("no answer of the %s is GT-DNS-UNREACHABLE, and may pass", async (server, words) => {
    await expect(
      world().resolver.query("www.example.com", "A", world()[server]),
    ).rejects.toMatchObject({
      name: "UserError",
      code: "GT-DNS-UNREACHABLE",
      message: expect.stringMatching(words) as unknown,
      retry: { limitMs: 60_000, intervalMs: 5000, reason: "waiting for DNS to answer" },
    });
    await expect(world().resolver.query("www.example.com", "A", world()[server])).rejects.toThrow(
      /^No DNS answer for A www\.example\.com from \S+: /,
    );
  });
}
