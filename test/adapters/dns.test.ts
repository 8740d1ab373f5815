import dnsPacket from "dns-packet";
import { afterEach, describe, expect, test } from "vitest";
import { createResolver } from "../../src/adapters/dns.ts";
import { startDnsServer, type Respond } from "../support/dns-server.ts";
import { hasIPv6 } from "../support/listen.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function start(respond: Respond, address?: string) {
  const server = await startDnsServer(respond, address);
  cleanups.push(() => server.close());
  return server;
}

/** A port of 127.0.0.1 where nothing listens any more. */
async function findClosedPort() {
  const server = await startDnsServer(() => undefined);
  await server.close();
  return server.port;
}

const address = (value: string) => ({ type: "A", name: "a.test", ttl: 1, data: value }) as const;
describe("createResolver", () => {
  test("asks a chosen server without recursion, the system's with it", async () => {
    const server = await start(() => ({ answers: [address("192.0.2.7")] }));
    const resolver = createResolver({
      systemServers: [`127.0.0.1:${server.port}`],
      locate: () => server,
    });
    await resolver.query("a.test", "A");
    await resolver.query("a.test", "A", "192.0.2.53");
    expect(server.requests.map(({ recursive, edns }) => ({ recursive, edns }))).toEqual([
      { recursive: true, edns: true },
      { recursive: false, edns: true },
    ]);
  });

  test("with --dns-server every question goes there, with recursion", async () => {
    const server = await start(() => ({ answers: [address("192.0.2.7")] }));
    const resolver = createResolver({ server: `localhost:${server.port}` });
    await resolver.query("a.test", "A", "192.0.2.53");
    expect(server.requests).toMatchObject([{ name: "a.test", recursive: true }]);
  });

  test("asks again over TCP when the answer was cut off", async () => {
    const addresses = Array.from({ length: 120 }, (_, index) => address(`192.0.2.${index}`));
    const server = await start(({ transport }) =>
      transport === "udp" ? { flags: dnsPacket.TRUNCATED_RESPONSE } : { answers: addresses },
    );
    const resolver = createResolver({ server: `127.0.0.1:${server.port}` });
    expect((await resolver.query("a.test", "A")).answers).toHaveLength(120);
    expect(server.requests.map((request) => request.transport)).toEqual(["udp", "tcp"]);
  });

  test("asks again without EDNS0 where it is not known", async () => {
    const server = await start(({ edns }) =>
      edns ? { rcode: "FORMERR" } : { answers: [address("192.0.2.7")] },
    );
    const resolver = createResolver({ server: `127.0.0.1:${server.port}` });
    expect((await resolver.query("a.test", "A")).status).toBe("NOERROR");
  });

  test("asks again when a packet was lost, and the next server when one is silent", async () => {
    let asked = 0;
    const lossy = await start(() => (asked++ === 0 ? undefined : { rcode: "REFUSED" }));
    const silent = await start(() => undefined);
    const alone = createResolver({ server: `127.0.0.1:${lossy.port}`, timeoutMs: 50 });
    expect((await alone.query("a.test", "A")).status).toBe("REFUSED");
    const pair = createResolver({
      systemServers: [`127.0.0.1:${silent.port}`, `127.0.0.1:${lossy.port}`],
      timeoutMs: 50,
    });
    expect((await pair.query("a.test", "A")).status).toBe("REFUSED");
    expect(silent.requests).toHaveLength(1);
  });

  test.each<[string, Respond]>([
    ["another id", () => ({ wrongId: true, answers: [address("192.0.2.66")] })],
    ["another question", () => ({ question: "b.test", answers: [address("192.0.2.66")] })],
    ["no answer", () => undefined],
  ])("takes no answer with %s", async (_title, respond) => {
    const server = await start(respond);
    const resolver = createResolver({ server: `127.0.0.1:${server.port}`, timeoutMs: 30 });
    await expect(resolver.query("a.test", "A")).rejects.toMatchObject({
      code: "GT-DNS-UNREACHABLE",
      message: `No DNS answer for A a.test from 127.0.0.1:${server.port}: no answer within 0.03 s.`,
    });
    expect(server.requests).toHaveLength(3);
  });

  test("says that nothing listens", async () => {
    const port = await findClosedPort();
    await expect(
      createResolver({ server: `127.0.0.1:${port}` }).query("a.test", "A"),
    ).rejects.toThrow(`from 127.0.0.1:${port}: nothing listens there.`);
  });

  test.runIf(hasIPv6)("asks over IPv6", async () => {
    const server = await start(() => ({ answers: [address("192.0.2.7")] }), "::1");
    const resolver = createResolver({ server: `[::1]:${server.port}` });
    expect((await resolver.query("a.test", "A")).answers).toHaveLength(1);
  });

  test("spells SOA, DS and names as the port does, and asks for the root", async () => {
    const soa = { mname: "NS1.Test.", rname: "host.test", serial: 5, refresh: 1, retry: 2 };
    const ds = { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from("0aff", "hex") };
    const server = await start(() => ({
      answers: [
        { type: "SOA", name: "Test", ttl: 9, data: { ...soa, expire: 3, minimum: 4 } },
        { type: "DS", name: "test", data: ds },
        { type: "TXT", name: "test", data: ["one ", "two"] },
        { type: "MX", name: "test", data: { preference: 1, exchange: "mx.test" } },
      ],
    }));
    const resolver = createResolver({ server: `127.0.0.1:${server.port}` });
    const { answers } = await resolver.query(".", "SOA");
    expect(answers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "test: ns1.test host.test 5 1 2 3 4",
      "test: 7 13 2 0aff",
      "test: one two",
    ]);
    expect(server.requests[0]).toMatchObject({ name: ".", type: "SOA" });
  });

  test.each(["", "1.1.1.1:0", "1.1.1.1:99999", "a b", "[::1", "dns:x"])(
    "refuses %j as a server",
    (server) => {
      expect(() => createResolver({ server })).toThrow(
        expect.objectContaining({ code: "GT-DNS-SERVER", exitCode: 2 }),
      );
    },
  );
});
