import { readFile } from "node:fs/promises";
import { describeFileFailure, UsageError } from "../errors.ts";
import type { World } from "../ports/world.ts";
import { createAws } from "./aws/aws.ts";
import { createEksToken } from "./aws/token.ts";
import { createClock } from "./clock.ts";
import { createResolver } from "./dns.ts";
import { createDownloads } from "./downloads.ts";
import { createProbe } from "./probe.ts";
import { createTools } from "./tools.ts";

/** How the outside is reached; without a `profile` by the SDK's own choice. */
export interface WorldOptions {
  region: string;
  profile?: string | undefined;
  /** `HOST[:PORT]`, asked for everything. */
  dnsServer?: string | undefined;
  /** File with PEM roots for served certificates. */
  trustCa?: string | undefined;
  env: NodeJS.ProcessEnv;
}

/** The real outside world: AWS, DNS, this machine's kubectl and helm. Starts nothing by itself. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { region, profile, dnsServer, trustCa, env } = options;
  const aws = createAws({ region, env, ...(profile === undefined ? {} : { profile }) });
  const roots = trustCa === undefined ? undefined : await readRoots(trustCa);
  return {
    caller: aws.caller,
    clusters: aws.clusters,
    identity: aws.identity,
    zones: aws.zones,
    resolver: createResolver(dnsServer === undefined ? {} : { server: dnsServer }),
    probe: createProbe(roots === undefined ? {} : { trustCa: roots }),
    tools: createTools(env),
    downloads: createDownloads({ env }),
    clock: createClock(),
    async connect(cluster, access) {
      const { connectCluster } = await import("./cluster/connect.ts");
      const createToken = async () => {
        if (cluster === undefined) throw new Error("a token is for a cluster of EKS");
        const credentials = await aws.credentials();
        return createEksToken({
          clusterName: cluster.name,
          region: cluster.region,
          credentials,
          now: new Date(),
        });
      };
      return connectCluster({ cluster, access, createToken, env });
    },
    close: () => aws.close(),
  };
}

async function readRoots(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UsageError(
      "GT-CONFIG-FILE",
      `--trust-ca: ${file} cannot be read: ${describeFileFailure(cause)}.`,
      {
        hint: "Give a file with PEM certificates.",
        cause,
      },
    );
  });
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UsageError("GT-CONFIG-FILE", `--trust-ca: ${file} holds no PEM certificate.`, {
    hint: "Give a file with PEM certificates.",
  });
}
