import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import type { Authority } from "../support/tls.ts";
import { readBody } from "./https.ts";
import { findFreePorts } from "./ports.ts";
import { type Processes, untilReady } from "./process.ts";

export interface AcmeServer {
  directory: string;
  /** PEM of the root that its certificates end at. */
  root: string;
}

export interface AcmeOptions {
  processes: Processes;
  folder: string;
  /** Folder of the binaries. */
  bin: string;
  authority: Authority;
  dnsServer: string;
  /** Names that the CA refuses to issue for. */
  blocked: readonly string[];
}

/** Two ACME servers with a CA each: one for staging, one for production. */
export async function startAcme(
  options: AcmeOptions,
): Promise<{ staging: AcmeServer; production: AcmeServer }> {
  const [staging, production] = await Promise.all([
    startOne(options, "pebble-staging"),
    startOne(options, "pebble"),
  ]);
  return { staging, production };
}

async function startOne(options: AcmeOptions, name: string): Promise<AcmeServer> {
  const { processes, bin, folder, authority, dnsServer, blocked } = options;
  const [port = 0, management = 0] = await findFreePorts(2);
  const files = join(folder, name);
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const { certificate, key } = authority.issue(["localhost", "127.0.0.1"]);
  const write = (file: string, content: string): string => {
    writeFileSync(join(files, file), content, { mode: 0o600 });
    return join(files, file);
  };
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: write("server.pem", certificate),
    privateKey: write("server.key", key),
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    domainBlocklist: blocked,
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: "ecdsa",
    // With several it would pick one at random.
    profiles: { default: { description: "90 days", validityPeriod: 90 * 24 * 3600 } },
  };
  const part = processes.start({
    name,
    command: join(bin, name),
    args: [
      `-config=${write("config.json", JSON.stringify({ pebble }))}`,
      `-dnsserver=${dnsServer}`,
    ],
    env: {
      ...process.env,
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "5",
      PEBBLE_AUTHZREUSE: "0",
    },
  });
  const ca = authority.certificate;
  const root = await untilReady(part, () =>
    fetchText(`https://127.0.0.1:${management}/roots/0`, ca),
  );
  return { directory: `https://127.0.0.1:${port}/dir`, root };
}

function fetchText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, agent: false }, (response) => {
      readBody(response).then((body) => resolve(body.toString()), reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}
