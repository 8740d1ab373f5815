import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from "node:tls";
import { UserError } from "../errors.ts";
import type { HttpAnswer, Probe, ServedCertificate } from "../ports/network.ts";
import { describeSocketError, isWithoutRoute } from "./probe-failure.ts";
import { createTrust, readCertificate } from "./probe-certificate.ts";

export interface ProbeOptions {
  /** PEM: roots that a served chain may end at, beside this machine's. */
  trustCa?: string;
  /** Where the load balancer at this address listens, if not on its usual port. */
  locate?: (address: string, protocol: "http" | "https") => { address: string; port: number };
}

type GetTarget = Parameters<Probe["get"]>[0];
type HandshakeTarget = Parameters<Probe["handshake"]>[0];

const bodyLimit = 64 * 1024;

/**
 * HTTP requests and TLS handshakes to a chosen address. No proxy is used: what is probed is the
 * path that a visitor's or the CA's packets take.
 */
export function createProbe(options: ProbeOptions = {}): Probe {
  const locate =
    options.locate ?? ((address, protocol) => ({ address, port: protocol === "http" ? 80 : 443 }));
  const trust = options.trustCa === undefined ? undefined : createTrust(options.trustCa);
  return {
    get: (target) =>
      within(target, describeTarget(target), (signal) =>
        sendGet(target, locate(target.address, target.protocol), signal),
      ),
    handshake: (target) =>
      within(target, `TLS handshake with ${target.address} for ${target.hostname}`, (signal) =>
        shakeHands(target, locate(target.address, "https"), trust?.(), signal),
      ),
  };
}

function describeTarget({ protocol, hostname, path, address }: GetTarget): string {
  return `GET ${protocol}://${hostname}${path} at ${address}`;
}

/** Ends the attempt with the time limit, and puts what a socket says into words. */
async function within<T>(
  { timeoutMs }: { timeoutMs: number },
  what: string,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await attempt(limit.signal);
  } catch (error) {
    const why = limit.signal.aborted
      ? `no answer within ${timeoutMs / 1000} s`
      : describeSocketError(error);
    const code = isWithoutRoute(error) ? "GT-PROBE-NO-ROUTE" : "GT-PROBE-FAILED";
    throw new UserError(code, `${what} failed: ${why}.`, {
      hint: "Check the load balancer's scheme, its security group (ports 80 and 443), and that this machine may reach it.",
      cause: error,
      retry: { limitMs: 120_000, intervalMs: 5000, reason: "waiting for the load balancer" },
    });
  } finally {
    clearTimeout(timer);
  }
}

function sendGet(
  { protocol, hostname, path }: GetTarget,
  { address, port }: { address: string; port: number },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      path,
      signal,
      agent: false,
      headers: { Host: hostname, Accept: "*/*", "User-Agent": "gateway-tls" },
    };
    const onResponse = (response: IncomingMessage) => {
      readBody(response).then(
        (body) =>
          resolve({ status: response.statusCode ?? 0, headers: flatten(response.headers), body }),
        reject,
      );
    };
    const request =
      protocol === "http"
        ? httpRequest(options, onResponse)
        : // `handshake` judges the certificate: a request must also work while it is a staging one.
          httpsRequest({ ...options, servername: hostname, rejectUnauthorized: false }, onResponse);
    request.on("error", reject);
    request.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    // A response without setEncoding() yields Buffers.
    const bytes: Buffer = chunk;
    chunks.push(bytes);
    size += bytes.length;
    if (size >= bodyLimit) break;
  }
  return Buffer.concat(chunks).subarray(0, bodyLimit).toString("utf8");
}

function flatten(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
}

function shakeHands(
  { hostname }: HandshakeTarget,
  { address, port }: { address: string; port: number },
  secureContext: SecureContext | undefined,
  signal: AbortSignal,
): Promise<ServedCertificate> {
  const options: ConnectionOptions = {
    host: address,
    port,
    servername: hostname,
    rejectUnauthorized: false,
    ALPNProtocols: ["h2", "http/1.1"],
    ...(secureContext === undefined ? {} : { secureContext }),
  };
  let socket: TLSSocket | undefined;
  return new Promise<ServedCertificate>((resolve, reject) => {
    const opened = connect(options, () => {
      try {
        resolve(readCertificate(opened));
      } catch (error) {
        reject(error);
      }
    });
    socket = opened;
    opened.on("error", reject);
    opened.on("close", () => reject(new Error("the connection was closed during the handshake")));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  }).finally(() => socket?.destroy());
}
