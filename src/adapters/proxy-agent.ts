import type { Agent } from "node:http";
import { BlockList, isIP } from "node:net";
import { UsageError } from "../errors.ts";

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read as kubectl and helm read them
 * (Go's httpproxy): lower case names too, a NO_PROXY domain covers what is below it, CIDR blocks
 * count, and loopback addresses never use a proxy.
 */
export function findProxy(url: URL, env: Environment): URL | undefined {
  const secure = url.protocol === "https:";
  const name = secure ? "HTTPS_PROXY" : "HTTP_PROXY";
  const value = readVariable(env, name);
  if (value === "" || isExempt(url, readVariable(env, "NO_PROXY"))) return undefined;
  return parseProxy(name, value);
}

/** An agent whose connections go through the proxy's CONNECT. */
export async function createProxyAgent(proxy: URL): Promise<Agent> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy);
}

function readVariable(env: Environment, name: string): string {
  // An empty value switches the proxy off, as Go reads it: no fallback then.
  return (env[name] ?? env[name.toLowerCase()] ?? "").trim();
}

function parseProxy(name: string, value: string): URL {
  const text = value.includes("://") ? value : `http://${value}`;
  if (URL.canParse(text)) {
    const proxy = new URL(text);
    if (proxy.protocol === "http:" || proxy.protocol === "https:") return proxy;
  }
  throw new UsageError("GT-PROXY", `${name} is not the URL of an HTTP proxy.`, {
    hint: `Set ${name} to http://HOST:PORT (SOCKS proxies are not supported), or list the host in NO_PROXY.`,
  });
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || isInBlock(host, "127.0.0.0/8") || host === "::1") return true;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matches(host, port, entry));
}

function matches(host: string, port: string, entry: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInBlock(host, entry);
  const [, name = entry, wantedPort] =
    /^\[?([^[\]]+?)\]?(?::(\d+))?$/.exec(splitSafely(entry)) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const domain = name.replace(/^\*?\./, "");
  const ownNameToo = domain === name;
  return (ownNameToo && host === domain) || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

/** A bare IPv6 address ends in what looks like a port: put it in brackets. */
function splitSafely(entry: string): string {
  return isIP(entry) === 6 ? `[${entry}]` : entry;
}

function isInBlock(host: string, block: string): boolean {
  const family = isIP(host);
  const [network = "", bits = ""] = block.split("/");
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
