import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { UserError } from "../errors.ts";
import { describeSocketError, isUntrusted } from "./probe-failure.ts";
import { createProxyAgent, findProxy, type Environment } from "./proxy-agent.ts";

/** `timeoutMs` and `limit` are for each request: a redirect begins anew. */
export interface FetchOptions {
  env: Environment;
  headers?: Record<string, string>;
  timeoutMs: number;
  /** In bytes. */
  limit: number;
}

/** `url` is where the last redirect led. */
export interface Fetched {
  url: URL;
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

const redirectLimit = 5;

/** The one thing to do when a source cannot be read. */
export const mirrorHint =
  "Check the source and the network (HTTPS_PROXY, NO_PROXY), or give a copy you can reach: --crds NAME=PATH, NAME=URL or NAME=oci://REFERENCE.";

const TRUST_HINT =
  "Give the CA behind it, or behind your proxy, to Node: NODE_EXTRA_CA_CERTS=FILE with its PEM.";

/** Where a URL points, without credentials and signatures. */
function showUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * GET that follows up to five redirects, never from https to http. Any status is an answer; without
 * one it is `GT-DOWNLOAD-FAILED`.
 */
export async function fetchBytes(start: URL, options: FetchOptions): Promise<Fetched> {
  let url = start;
  let headers = options.headers ?? {};
  for (let hops = 0; hops <= redirectLimit; hops++) {
    const fetched = await getOnce(url, { ...options, headers });
    const target = findRedirect(fetched);
    if (target === undefined) return fetched;
    if (url.protocol === "https:" && target.protocol !== "https:") {
      throw failure(url, `it redirects from https to ${target.protocol.replace(":", "")}`);
    }
    // Credentials are for the host that asked for them.
    if (target.origin !== url.origin) headers = withoutAuthorization(headers);
    url = target;
  }
  throw failure(start, `it redirects more than ${redirectLimit} times`);
}

/** Like fetchBytes, and every status but 200 is a UserError `GT-DOWNLOAD-FAILED`. */
export async function fetchBody(url: URL, options: FetchOptions): Promise<Buffer> {
  const fetched = await fetchBytes(url, options);
  if (fetched.status !== 200) throw statusFailure(fetched);
  return fetched.body;
}

/** The failure for a status that is not 200; those that pass by themselves can be tried again. */
export function statusFailure({ url, status }: Fetched): UserError {
  return failure(url, `the server answered ${status}`, {
    passing: status === 429 || status >= 500,
  });
}

interface FailureDetails {
  cause?: unknown;
  /** Asked again, it may answer. */
  passing?: boolean;
  hint?: string;
}

function failure(
  url: URL,
  why: string,
  { cause, passing = false, hint = mirrorHint }: FailureDetails = {},
): UserError {
  const retry = { limitMs: 60_000, intervalMs: 5000, reason: `waiting for ${url.host}` };
  return new UserError("GT-DOWNLOAD-FAILED", `Could not read ${showUrl(url)}: ${why}.`, {
    hint,
    cause,
    ...(passing ? { retry } : {}),
  });
}

function findRedirect({ url, status, headers }: Fetched): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, url.href)) throw failure(url, "it redirects to what is no URL");
  const target = new URL(location, url);
  if (target.protocol === "https:" || target.protocol === "http:") return target;
  throw failure(url, `it redirects to ${target.protocol}`);
}

function withoutAuthorization(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"),
  );
}

async function getOnce(url: URL, options: FetchOptions): Promise<Fetched> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), options.timeoutMs);
  try {
    const response = await send(url, options, limit.signal);
    const body = await readBody(response, options.limit);
    if (body === undefined) throw failure(url, `it is larger than ${options.limit / 2 ** 20} MiB`);
    return { url, status: response.statusCode ?? 0, headers: response.headers, body };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = limit.signal.aborted
      ? `no answer within ${options.timeoutMs / 1000} s`
      : describeSocketError(error);
    throw isUntrusted(error)
      ? failure(url, why, { cause: error, hint: TRUST_HINT })
      : failure(url, why, { cause: error, passing: true });
  } finally {
    clearTimeout(timer);
  }
}

async function send(
  url: URL,
  { env, headers: given = {} }: FetchOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = { "User-Agent": "gateway-tls", Accept: "*/*", ...given };
  const proxy = findProxy(url, env);
  const secure = url.protocol === "https:";
  const agent = secure && proxy !== undefined ? await createProxyAgent(proxy) : false;
  return new Promise((resolve, reject) => {
    const request = secure
      ? httpsRequest(url, { signal, headers, agent }, resolve)
      : proxy === undefined
        ? httpRequest(url, { signal, headers, agent }, resolve)
        : requestThroughProxy(proxy, url, { signal, headers }, resolve);
    request.on("error", reject);
    request.end();
  });
}

/** Plain HTTP goes to the proxy in absolute form (RFC 9112, 3.2.2): many refuse CONNECT to port 80. */
function requestThroughProxy(
  proxy: URL,
  url: URL,
  { signal, headers }: { signal: AbortSignal; headers: Record<string, string> },
  onResponse: (response: IncomingMessage) => void,
) {
  const { username, password } = proxy;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  const extended = {
    ...headers,
    Host: url.host,
    ...(username === "" ? {} : { "Proxy-Authorization": authorization }),
  };
  const request = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  const path = `${url.origin}${url.pathname}${url.search}`;
  return request(new URL(proxy.origin), { signal, headers: extended, path }, onResponse);
}

/** `undefined` when there is more than `limit`. */
async function readBody(response: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > limit) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
