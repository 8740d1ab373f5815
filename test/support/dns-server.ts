import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import dnsPacket from "dns-packet";
import type { Answer, CaaData, DecodedPacket, Packet } from "dns-packet";
import type { DnsRecord } from "../../src/ports/network.ts";
import type { ZoneFixture } from "../contract/network/resolver-contract.ts";

export interface DnsRequest {
  name: string;
  type: string;
  recursive: boolean;
  edns: boolean;
  transport: "udp" | "tcp";
}

/** What to answer beside the id and the question; `undefined` says nothing at all. */
export type Respond = (request: DnsRequest) => Reply | undefined;

export interface Reply {
  /** Default NOERROR. */
  rcode?: "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "REFUSED";
  flags?: number;
  answers?: Answer[];
  authorities?: Answer[];
  /** Lies, to see them refused. */
  wrongId?: boolean;
  question?: string;
}

export interface DnsServer {
  address: string;
  port: number;
  /** Everything that was asked, in order. */
  requests: DnsRequest[];
  close(): Promise<void>;
}

/** A name server on one loopback port, over UDP and TCP. */
export async function startDnsServer(respond: Respond, address = "127.0.0.1"): Promise<DnsServer> {
  const requests: DnsRequest[] = [];
  const reply = (bytes: Buffer, transport: "udp" | "tcp") => {
    const query = dnsPacket.decode(bytes);
    const request = readRequest(query, transport);
    requests.push(request);
    const response = respond(request);
    return response === undefined ? undefined : buildReply(query, response);
  };

  const tcp = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const response = reply(chunk.subarray(2), "tcp");
      if (response !== undefined) socket.write(dnsPacket.streamEncode(response));
      socket.end();
    });
  }).listen(0, address);
  await once(tcp, "listening");
  const bound = tcp.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");

  const udp = createSocket(address.includes(":") ? "udp6" : "udp4");
  udp.on("message", (bytes, from) => {
    const response = reply(bytes, "udp");
    if (response !== undefined) udp.send(dnsPacket.encode(response), from.port, from.address);
  });
  udp.bind(bound.port, address);
  await once(udp, "listening");

  return {
    address,
    port: bound.port,
    requests,
    async close() {
      udp.close();
      tcp.close();
      await once(tcp, "close");
    },
  };
}

function readRequest(query: DecodedPacket, transport: "udp" | "tcp"): DnsRequest {
  const question = query.questions?.[0];
  return {
    name: question?.name ?? "",
    type: question?.type ?? "",
    recursive: query.flag_rd,
    edns: (query.additionals ?? []).some((record) => record.type === "OPT"),
    transport,
  };
}

const rcodes = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

function buildReply(query: DecodedPacket, reply: Reply): Packet {
  const questions = (query.questions ?? []).map((question) => ({
    ...question,
    name: reply.question ?? question.name,
  }));
  return {
    type: "response",
    id: ((query.id ?? 0) + (reply.wrongId === true ? 1 : 0)) & 0xffff,
    flags: (reply.flags ?? 0) | (reply.rcode === undefined ? 0 : rcodes[reply.rcode]),
    questions,
    answers: reply.answers ?? [],
    authorities: reply.authorities ?? [],
  };
}

/** Answers as a server of these zones does. */
export function serveZones(zones: readonly ZoneFixture[]): Respond {
  return ({ name, type }) => {
    const zone = zones.find((one) => isWithin(name, one.name));
    if (zone === undefined) return { rcode: "REFUSED" };
    return { ...answerFrom(zone, name, type), flags: dnsPacket.AUTHORITATIVE_ANSWER };
  };
}

/** Answers as a validating resolver does, which knows these zones. */
export function resolveZones(zones: readonly ZoneFixture[]): Respond {
  const flags = dnsPacket.RECURSION_AVAILABLE;
  return ({ name, type }) => {
    const zone = zones.find((one) => isWithin(name, one.name));
    if (zone === undefined) return { flags, rcode: "NXDOMAIN" };
    if (type === "DS") return { flags, answers: dsRecords(zone) };
    if (zone.ds !== undefined) return { flags, rcode: "SERVFAIL" };
    return { ...answerFrom(zone, name, type), flags };
  };
}

/** Answers as a server of the parent zone does: with a referral, but for the DS records. */
export function referTo(zones: readonly ZoneFixture[]): Respond {
  return ({ name, type }) => {
    const zone = zones.find((one) => isWithin(name, one.name));
    if (zone === undefined) return { rcode: "NXDOMAIN" };
    if (type === "DS") return { flags: dnsPacket.AUTHORITATIVE_ANSWER, answers: dsRecords(zone) };
    return { authorities: nameServerRecords(zone).map(toAnswer) };
  };
}

const isWithin = (name: string, zone: string): boolean =>
  name === zone || name.endsWith(`.${zone}`);

function answerFrom(zone: ZoneFixture, name: string, type: string): Reply {
  const records = [...zone.records, ...nameServerRecords(zone)];
  const here = records.filter((record) => record.name === name);
  const alias = here.find((record) => record.type === "CNAME");
  const target = alias?.value ?? name;
  const found = records.filter((record) => record.name === target && record.type === type);
  const answers = alias === undefined ? found : [alias, ...found];
  if (answers.length > 0) return { answers: answers.map(toAnswer) };
  return { ...(here.length === 0 ? { rcode: "NXDOMAIN" } : {}), authorities: [soaOf(zone)] };
}

function dsRecords({ name, ds }: ZoneFixture): Answer[] {
  return ds === undefined ? [] : [toAnswer({ name, type: "DS", ttlSeconds: 3600, value: ds })];
}

function nameServerRecords(zone: ZoneFixture): DnsRecord[] {
  return zone.nameServers.map((value) => ({
    name: zone.name,
    type: "NS",
    ttlSeconds: 172_800,
    value,
  }));
}

function soaOf(zone: ZoneFixture): Answer {
  const [mname = "", rname = "hostmaster.example.net"] = zone.nameServers;
  const data = { mname, rname, serial: 1, refresh: 7200, retry: 900, expire: 1_209_600 };
  return { type: "SOA", name: zone.name, ttl: 900, data: { ...data, minimum: 86_400 } };
}

/** A record in the port's spelling, as dns-packet wants it. */
export function toAnswer({ name, type, ttlSeconds, value }: DnsRecord): Answer {
  const base = { name, ttl: ttlSeconds };
  switch (type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
      return { ...base, type, data: value };
    case "TXT":
      return { ...base, type, data: [value] };
    case "CAA": {
      const [, flags, tag = "", text = ""] = /^(\d+) (\w+) "(.*)"$/.exec(value) ?? [];
      // Its types know three tags; it writes any.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const data = { flags: Number(flags), tag, value: text } as CaaData;
      return { ...base, type, data };
    }
    case "DS": {
      const [keyTag, algorithm, digestType, digest = ""] = value.split(" ");
      const numbers = { keyTag: Number(keyTag), algorithm: Number(algorithm) };
      const data = {
        ...numbers,
        digestType: Number(digestType),
        digest: Buffer.from(digest, "hex"),
      };
      return { ...base, type, data };
    }
    case "SOA": {
      const [mname = "", rname = "", ...numbers] = value.split(" ");
      const [serial, refresh, retry, expire, minimum] = numbers.map(Number);
      return { ...base, type, data: { mname, rname, serial, refresh, retry, expire, minimum } };
    }
    default:
      throw new Error(`no fixture of type ${type}`);
  }
}
