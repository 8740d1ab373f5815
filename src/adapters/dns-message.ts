import { randomInt } from "node:crypto";
import dnsPacket from "dns-packet";
import type { Answer, DecodedPacket, Packet } from "dns-packet";
import type { DnsAnswer, DnsRecord, RecordType } from "../ports/network.ts";

/** One question of class IN, as RFC 1035 (4.1) asks it. */
export interface Question {
  /** Lower case, without the trailing dot; empty for the root. */
  name: string;
  type: RecordType;
  recursive: boolean;
  /** EDNS0 (RFC 6891): a few old servers answer FORMERR to it. */
  edns: boolean;
}

/** RFC 9715: the largest answer that is not fragmented on usual paths. */
const udpPayloadSize = 1232;

/** A query with a random id, as dns-packet encodes it. */
export function buildQuery(question: Question): Packet & { id: number } {
  return {
    id: randomInt(0x10000),
    type: "query",
    flags: question.recursive ? dnsPacket.RECURSION_DESIRED : 0,
    questions: [{ name: question.name === "" ? "." : question.name, type: question.type }],
    ...(question.edns ? { additionals: [optRecord] } : {}),
  };
}

const optRecord: Answer = {
  type: "OPT",
  name: ".",
  udpPayloadSize,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** Whether a packet answers exactly this query: its id and its question. */
export function isReplyTo(query: Packet & { id: number }, reply: DecodedPacket): boolean {
  const asked = query.questions?.[0];
  const echoed = reply.questions?.[0];
  // A server that could not parse the query may leave the question out.
  const sameQuestion =
    echoed === undefined
      ? statusOf(reply) !== "NOERROR"
      : normalizeName(echoed.name) === normalizeName(asked?.name ?? "") &&
        echoed.type === asked?.type;
  return reply.type === "response" && reply.id === query.id && sameQuestion;
}

/** `NOERROR`, `NXDOMAIN`, ...; the types leave out `rcode`, which decode() always sets. */
export function statusOf(reply: DecodedPacket): string {
  return "rcode" in reply && typeof reply.rcode === "string" ? reply.rcode : "SERVFAIL";
}

/** The packet in the words of the port. */
export function readAnswer(reply: DecodedPacket): DnsAnswer {
  return {
    status: statusOf(reply),
    authoritative: reply.flag_aa,
    answers: (reply.answers ?? []).flatMap(readRecord),
    authorities: (reply.authorities ?? []).flatMap(readRecord),
  };
}

/** Lower case, without the trailing dot. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function readRecord(answer: Answer): DnsRecord[] {
  const value = readValue(answer);
  if (value === undefined) return [];
  return [
    {
      name: normalizeName(answer.name),
      type: answer.type,
      ttlSeconds: "ttl" in answer ? (answer.ttl ?? 0) : 0,
      value,
    },
  ];
}

/** `undefined` for a type that nobody asks about (OPT, RRSIG, ...). */
function readValue(answer: Answer): string | undefined {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "CNAME":
    case "NS":
      return normalizeName(answer.data);
    case "TXT":
      return readStrings(answer.data);
    case "CAA":
      return `${answer.data.flags ?? 0} ${answer.data.tag} "${answer.data.value}"`;
    case "SOA": {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      const names = [normalizeName(mname), normalizeName(rname)];
      return [...names, serial, refresh, retry, expire, minimum].join(" ");
    }
    case "DS": {
      const { keyTag, algorithm, digestType, digest } = answer.data;
      return `${keyTag} ${algorithm} ${digestType} ${digest.toString("hex")}`;
    }
    default:
      return undefined;
  }
}

function readStrings(data: string | Buffer | (string | Buffer)[]): string {
  return [data].flat().map(String).join("");
}
