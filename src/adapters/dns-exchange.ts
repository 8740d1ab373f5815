import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import dnsPacket from "dns-packet";
import type { DecodedPacket } from "dns-packet";
import { buildQuery, isReplyTo, statusOf, type Question } from "./dns-message.ts";

/** Where a name server listens: an IP address, without brackets. */
export interface Endpoint {
  address: string;
  port: number;
}

/**
 * One question to one server: UDP, then TCP when the answer was cut off, then without EDNS0 when
 * the server does not know it. Rejects with the socket's error, or when `timeoutMs` passed.
 */
export async function exchange(
  endpoint: Endpoint,
  question: Question,
  timeoutMs: number,
): Promise<DecodedPacket> {
  const reply = await askOverUdp(endpoint, question, timeoutMs);
  if (reply.flag_tc) return askOverTcp(endpoint, question, timeoutMs);
  if (question.edns && ["FORMERR", "NOTIMP"].includes(statusOf(reply))) {
    return exchange(endpoint, { ...question, edns: false }, timeoutMs);
  }
  return reply;
}

function askOverUdp(endpoint: Endpoint, question: Question, timeoutMs: number) {
  const query = buildQuery(question);
  // A connected socket: the kernel drops what comes from another address, and reports a closed port.
  const socket = createSocket(isIPv6(endpoint.address) ? "udp6" : "udp4");
  return new Promise<DecodedPacket>((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
    socket.on("message", (bytes) => {
      const reply = decode(bytes);
      if (reply !== undefined && isReplyTo(query, reply)) resolve(reply);
    });
    socket.on("error", reject);
    socket.connect(endpoint.port, endpoint.address, () => {
      socket.send(dnsPacket.encode(query), (error) => error && reject(error));
    });
    socket.once("close", () => clearTimeout(timer));
  }).finally(() => socket.close());
}

function askOverTcp(endpoint: Endpoint, question: Question, timeoutMs: number) {
  const query = buildQuery(question);
  const socket = connect({ host: endpoint.address, port: endpoint.port });
  return new Promise<DecodedPacket>((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const reply = decode(received.subarray(2, 2 + received.readUInt16BE(0)));
      if (reply !== undefined && isReplyTo(query, reply)) resolve(reply);
      else reject(new Error("its answer over TCP does not belong to the question"));
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("it closed the connection without an answer")));
    socket.once("close", () => clearTimeout(timer));
    socket.write(dnsPacket.streamEncode(query));
  }).finally(() => socket.destroy());
}

/** Anyone can send a malformed packet to an open port: it is no answer. */
function decode(bytes: Buffer): DecodedPacket | undefined {
  try {
    return dnsPacket.decode(bytes);
  } catch {
    return undefined;
  }
}

function timedOut(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs / 1000} s`);
}
