import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import dnsPacket, { type Answer, type Packet } from "dns-packet";
import { portOf } from "../ports.ts";

export interface DnsOptions {
  zone: string;
  /** The zone's delegation set, as Route 53 gives it. */
  nameServers: readonly string[];
  /** All records of a name in the zone; `undefined` when the name does not exist. */
  find: (name: string) => Answer[] | undefined;
  /** The address of a load balancer's own name. */
  findLoadBalancer: (name: string) => string | undefined;
}

export interface Dns {
  /** `127.0.0.1:PORT`, UDP and TCP. */
  server: string;
  /** What the parent zone hands out; to make a delegation wrong. Empty: not delegated at all. */
  delegation: readonly string[];
  /** Set to have the parent publish a DS record that the zone, which is not signed, does not match. */
  broken: boolean;
  close(): Promise<void>;
}

const NXDOMAIN = 3;
const SERVFAIL = 2;

/**
 * The one resolver of the lab: recursive for the world's few names, and every name server of the
 * zone at once, whose addresses all lead here.
 */
export async function startDns(options: DnsOptions): Promise<Dns> {
  const state = { delegation: options.nameServers, broken: false };
  const reply = (bytes: Buffer): Packet => {
    const query = dnsPacket.decode(bytes);
    const question = query.questions?.[0];
    const name = (question?.name ?? "").toLowerCase();
    const found = question === undefined ? SERVFAIL : resolve(options, state, name, question.type);
    const isCode = typeof found === "number";
    return {
      type: "response",
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: dnsPacket.AUTHORITATIVE_ANSWER | dnsPacket.RECURSION_AVAILABLE | (isCode ? found : 0),
      questions: query.questions ?? [],
      answers: isCode ? [] : found,
      authorities: isCode || found.length === 0 ? [soaOf(options)] : [],
    };
  };
  const tcp = createServer((socket) => serveTcp(socket, reply)).listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const udp = createSocket("udp4");
  udp.on("message", (bytes, from) => {
    try {
      udp.send(dnsPacket.encode(reply(bytes)), from.port, from.address);
    } catch {
      // What cannot be read is not answered.
    }
  });
  udp.bind(portOf(tcp), "127.0.0.1");
  await once(udp, "listening");
  return Object.assign(state, {
    server: `127.0.0.1:${portOf(tcp)}`,
    close: async () => {
      udp.close();
      await new Promise((done) => tcp.close(done));
    },
  });
}

function serveTcp(socket: Socket, reply: (bytes: Buffer) => Packet): void {
  let received = Buffer.alloc(0);
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      socket.write(dnsPacket.streamEncode(reply(received.subarray(2, end))));
      received = received.subarray(end);
    }
  });
}

/** The answers of this type, or why there are none as a response code. */
function resolve(
  options: DnsOptions,
  state: Pick<Dns, "delegation" | "broken">,
  name: string,
  type: string,
): Answer[] | number {
  const { zone, nameServers } = options;
  const balancer = options.findLoadBalancer(name);
  if (balancer !== undefined) return type === "A" ? [address(name, balancer)] : [];
  if (nameServers.includes(name)) return type === "A" ? [address(name, "127.0.0.1")] : [];
  if (name !== zone && !name.endsWith(`.${zone}`)) return NXDOMAIN;
  if (type === "DS" && name === zone) return state.broken ? [dsOf(zone)] : [];
  if (state.broken) return SERVFAIL;
  if (state.delegation.length === 0) return NXDOMAIN;
  if (name === zone && type === "NS") {
    return state.delegation.map((data) => ({ name, type: "NS", ttl: 172_800, data }));
  }
  const isDelegatedHere = state.delegation.some((server) => nameServers.includes(server));
  if (!isDelegatedHere) return SERVFAIL;
  const found = options.find(name);
  if (found === undefined) return NXDOMAIN;
  const alias = found.find((answer) => answer.type === "CNAME");
  return alias === undefined ? found.filter((answer) => answer.type === type) : [alias];
}

const address = (name: string, data: string): Answer => ({ name, type: "A", ttl: 60, data });

const dsOf = (name: string): Answer => {
  const digest = Buffer.alloc(32, 0x0a);
  return { name, type: "DS", ttl: 3600, data: { keyTag: 1, algorithm: 13, digestType: 2, digest } };
};

function soaOf({ zone, nameServers }: DnsOptions): Answer {
  const [mname = ""] = nameServers;
  const data = { mname, rname: "awsdns-hostmaster.amazon.com", serial: 1, refresh: 7200 };
  return {
    type: "SOA",
    name: zone,
    ttl: 900,
    data: { ...data, retry: 900, expire: 1_209_600, minimum: 86_400 },
  };
}
