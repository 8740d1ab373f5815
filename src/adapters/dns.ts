import { getServers } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { UsageError, UserError } from "../errors.ts";
import type { RecordType, Resolver } from "../ports/network.ts";
import { exchange, type Endpoint } from "./dns-exchange.ts";
import { normalizeName, readAnswer, type Question } from "./dns-message.ts";

export interface ResolverOptions {
  /** `HOST[:PORT]`: every question goes there, with recursion. */
  server?: string;
  /** How long one try may take; there are three. */
  timeoutMs?: number;
  /** The recursive resolvers, instead of the system's: `IP`, `IP:PORT` or `[IP]:PORT`. */
  systemServers?: readonly string[];
  /** Where the name server with this IP address listens, if not on port 53. */
  locate?: (address: string) => Endpoint;
}

const tries = 3;

/**
 * DNS over UDP, and TCP when an answer is too long for it. Node's own resolver is not used: it
 * can ask neither without recursion nor for authorities.
 */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const { timeoutMs = 2000, locate = (address) => ({ address, port: 53 }) } = options;
  const fixed = options.server === undefined ? undefined : parseServer(options.server);

  return {
    async query(name, type, server) {
      const endpoints =
        fixed !== undefined
          ? [fixed]
          : server !== undefined
            ? [locate(server)]
            : (options.systemServers ?? getServers()).map(parseServer);
      const recursive = fixed !== undefined || server === undefined;
      const question: Question = { name: normalizeName(name), type, recursive, edns: true };
      return readAnswer(await askInTurn(endpoints, question, timeoutMs));
    },
  };
}

async function askInTurn(endpoints: readonly Endpoint[], question: Question, timeoutMs: number) {
  let cause: unknown = new Error("this machine has no DNS server configured");
  const rounds = Math.max(tries, endpoints.length);
  for (let round = 0; round < rounds; round++) {
    const endpoint = endpoints[round % endpoints.length];
    if (endpoint === undefined) break;
    try {
      return await exchange(await withAddress(endpoint), question, timeoutMs);
    } catch (error) {
      cause = error;
    }
  }
  throw unreachable(endpoints, question.name, question.type, cause);
}

/** `--dns-server` may name a host. */
async function withAddress({ address, port }: Endpoint): Promise<Endpoint> {
  if (isIP(address) !== 0) return { address, port };
  const found = await lookup(address, { order: "ipv4first" });
  return { address: found.address, port };
}

function unreachable(
  endpoints: readonly Endpoint[],
  name: string,
  type: RecordType,
  cause: unknown,
): UserError {
  const asked = endpoints.map(formatEndpoint).join(", ") || "no server";
  return new UserError(
    "GT-DNS-UNREACHABLE",
    `No DNS answer for ${type} ${name || "."} from ${asked}: ${describe(cause)}.`,
    {
      hint: "Allow DNS (port 53, UDP and TCP) from this machine, or name a server that can be reached with --dns-server HOST[:PORT].",
      cause,
      retry: { limitMs: 60_000, intervalMs: 5000, reason: "waiting for DNS to answer" },
    },
  );
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return "it failed";
  const code = "code" in cause ? cause.code : undefined;
  if (code === "ECONNREFUSED") return "nothing listens there";
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return "there is no route to it";
  return cause.message;
}

function formatEndpoint({ address, port }: Endpoint): string {
  if (port === 53) return address;
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `1.1.1.1`, `1.1.1.1:5353`, `::1`, `[::1]:5353`, `localhost:5353`. */
function parseServer(text: string): Endpoint {
  if (isIP(text) !== 0) return { address: text, port: 53 };
  const match = /^(?:\[(?<v6>[\d:a-fA-F.]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  const address = match?.groups?.["v6"] ?? match?.groups?.["host"];
  const port = Number(match?.groups?.["port"] ?? 53);
  if (address === undefined || port < 1 || port > 65_535) {
    throw new UsageError("GT-DNS-SERVER", `"${text}" is not a DNS server: HOST or HOST:PORT is.`, {
      hint: "For example --dns-server 1.1.1.1 or --dns-server [2606:4700:4700::1111]:53.",
    });
  }
  return { address, port };
}
