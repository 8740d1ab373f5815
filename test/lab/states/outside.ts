import { createServer as createHttpServer } from "node:http";
import { once } from "node:events";
import { createServer as createTcpServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import dnsPacket from "dns-packet";
import { type AwsEndpoint, startAwsEndpoint } from "../../support/aws-endpoint/endpoint.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { type DnsServer, type Reply, startDnsServer, toAnswer } from "../../support/dns-server.ts";
import { createAuthority } from "../../support/tls.ts";
import type { State } from "../../checks/state-file.ts";
import { dnsTable, names, NAME_SERVERS, ZONE } from "../../checks/state-world.ts";
import { portOf } from "../ports.ts";
import { shiftTimes } from "./shift.ts";

/** A port of loopback; closed where it is undefined; an address that no way leads to. */
type Place = number | "no-route" | undefined;

/** What a state says of the world outside the cluster, served on loopback. */
export interface Outside {
  aws: AwsEndpoint;
  /** For `relocate.mjs`. */
  internet: {
    resolver: number;
    nameServers: Record<string, number>;
    http: Place;
    https: Place;
  };
  /** PEM: what this machine trusts. */
  trusted: string;
  /** How many questions the name servers have had. */
  questions(): number;
  close(): Promise<void>;
}

const HOST = "www.example.com";
const ISSUER = "R12";
const root = createAuthority(ISSUER);

/** `byMs`: how far the state's own time is behind the clock. */
export async function startOutside(state: State, byMs: number): Promise<Outside> {
  const aws = await startAws(state);
  const table = { ...dnsTable, ...shiftTimes(state.dns ?? {}, byMs) };
  const servers = Object.keys(table).flatMap((key) => / @(.+)$/.exec(key)?.[1] ?? []);
  const resolver = await serveDns(table, "");
  const nameServers = new Map<string, DnsServer>();
  for (const server of new Set(servers)) {
    nameServers.set(server, await serveDns(table, ` @${server}`));
  }
  const { server: https, authority } = await serveTls(state, byMs);
  const http = await serveHttp(state);
  return {
    aws,
    internet: {
      resolver: resolver.port,
      nameServers: Object.fromEntries([...nameServers].map(([at, { port }]) => [at, port])),
      http: placeOf(state.http, http),
      https: placeOf(state.handshake, https),
    },
    trusted: authority.certificate,
    questions: () =>
      [resolver, ...nameServers.values()].reduce((sum, { requests }) => sum + requests.length, 0),
    async close() {
      http?.close();
      https?.close();
      await Promise.all([aws, resolver, ...nameServers.values()].map((one) => one.close()));
    },
  };
}

function placeOf(told: unknown, server: Server | undefined): Place {
  if (typeof told === "string" && told.includes("no route")) return "no-route";
  return server && portOf(server);
}

async function startAws({ aws = {} }: State): Promise<AwsEndpoint> {
  const endpoint = await startAwsEndpoint();
  const { account } = endpoint;
  const role = `arn:aws:iam::123456789012:role/${names.role}`;
  account.zones = (aws.zones ?? [ZONE]).map((zone) => ({
    zone,
    nameServers: aws.nameServers ?? NAME_SERVERS,
    records: [],
  }));
  for (const { cluster, associations } of account.clusters) {
    if (cluster.name !== "demo") continue;
    const at = { namespace: "external-dns", serviceAccount: "external-dns", tags: {} };
    const given = aws.associations ?? [{ roleArn: role }];
    associations.push(...given.map(({ roleArn }, index) => ({ id: `a-${index}`, ...at, roleArn })));
  }
  if (aws.denied === true) {
    const message = "The security token included in the request is expired";
    endpoint.add({ error: new AwsFailure(403, "ExpiredToken", message) });
  }
  if (aws.clockOff === true) {
    const message = "Signature expired: 20270301T140000Z is now later than the server's time";
    endpoint.add({ error: new AwsFailure(403, "RequestTimeTooSkewed", message) });
  }
  return endpoint;
}

/** Answers as the table of the fast tests does: what is not in it does not exist. */
function serveDns(table: NonNullable<State["dns"]>, where: string): Promise<DnsServer> {
  return startDnsServer(({ name, type }) => {
    const found = table[`${name.toLowerCase()} ${type}${where}`] ?? table[`*${where}`];
    const { silent, status, answers = [], authorities = [] } = found ?? { status: "NXDOMAIN" };
    if (silent === true) return undefined;
    return {
      ...rcodeOf(status),
      flags: dnsPacket.RECURSION_AVAILABLE,
      answers: answers.map(toAnswer),
      authorities: authorities.map(toAnswer),
    };
  });
}

function rcodeOf(status: string | undefined): Pick<Reply, "rcode"> {
  switch (status) {
    case "NXDOMAIN":
    case "SERVFAIL":
    case "REFUSED":
      return { rcode: status };
    default:
      return {};
  }
}

async function serveTls({ handshake = {} }: State, byMs: number) {
  if (typeof handshake === "string")
    return { server: await serveFailure(handshake), authority: root };
  const { issuer = ISSUER, trusted = true, names: on = [HOST], subject = on[0] ?? "" } = handshake;
  const authority = issuer === ISSUER ? root : createAuthority(issuer);
  const { notBefore = "2026-11-23T11:03:36Z", notAfter = "2027-02-21T22:33:36Z" } = handshake;
  const at = (moment: string) => new Date(Date.parse(moment) + byMs);
  const validity = { notBefore: at(notBefore), notAfter: at(notAfter) };
  const { certificate: cert, key } = authority.issue(on, { commonName: subject, validity });
  const server = createTlsServer({ cert, key }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, authority: trusted ? authority : root };
}

async function serveHttp({ http }: State): Promise<Server | undefined> {
  if (typeof http === "string") return serveFailure(http);
  const redirect = { status: 301, headers: { location: `https://${HOST}/` } };
  const { status, headers = {} } = http ?? redirect;
  const server = createHttpServer((_, response) => void response.writeHead(status, headers).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** A port that is closed, or one behind which nobody answers. */
async function serveFailure(words: string): Promise<Server | undefined> {
  if (words.includes("refused")) return undefined;
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.resume();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
