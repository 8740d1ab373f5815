import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { connectCluster, type ConnectOptions } from "../../../src/adapters/cluster/connect.ts";
import type { Cluster } from "../../../src/ports/aws.ts";
import type { ClusterConnection } from "../../../src/ports/world.ts";
import { FakeCluster } from "./fake-cluster.ts";

const FAKE_PROGRAMS = fileURLToPath(new URL("../bin", import.meta.url));

/** A fake cluster, the programs that reach it, and a home of their own. */
export interface FakeScene {
  cluster: FakeCluster;
  server: string;
  directory: string;
  env: NodeJS.ProcessEnv;
  /** Connects with a token of ours, as to EKS; `more` wins. */
  connect(more?: Partial<ConnectOptions>): Promise<ClusterConnection>;
  /** What EKS would say of it. */
  eks: Cluster;
  /** A kubeconfig of the user's own; returns its path. */
  writeKubeconfig(context: string, user?: Record<string, string>): string;
  /** A chart that the fake helm understands; returns its path. */
  writeChart(name: string, version: string): string;
  /** How kubectl and helm were called. */
  calls(): { program: string; argv: string[] }[];
  /** Closes every connection and the cluster, and removes the files. */
  close(): Promise<void>;
}

const CallSchema = v.object({ program: v.string(), argv: v.array(v.string()) });

export const FAKE_TOKEN = "k8s-aws-v1.fake-token";

export async function createFakeScene(): Promise<FakeScene> {
  const cluster = new FakeCluster();
  cluster.token = FAKE_TOKEN;
  const server = await cluster.listen();
  const directory = mkdtempSync(join(tmpdir(), "gt-fake-"));
  const callsFile = join(directory, "calls");
  appendFileSync(callsFile, "");
  const env = {
    PATH: [FAKE_PROGRAMS, process.env["PATH"]].join(delimiter),
    HOME: directory,
    XDG_STATE_HOME: join(directory, "state"),
    FAKE_CALLS: callsFile,
  };
  const eks = eksCluster(server);
  const connections: ClusterConnection[] = [];
  return {
    cluster,
    server,
    directory,
    env,
    eks,
    async connect(more = {}) {
      const connection = await connectCluster({
        cluster: eks,
        access: {},
        createToken: () =>
          Promise.resolve({ token: FAKE_TOKEN, expiresAt: new Date(Date.now() + 840_000) }),
        env,
        ...more,
      });
      connections.push(connection);
      return connection;
    },
    writeKubeconfig(context, user = { token: FAKE_TOKEN }) {
      const path = join(directory, `kubeconfig-${context}`);
      writeFileSync(
        path,
        JSON.stringify({
          "current-context": context,
          clusters: [{ name: "c", cluster: { server } }],
          users: [{ name: "u", user }],
          contexts: [{ name: context, context: { cluster: "c", user: "u" } }],
        }),
      );
      return path;
    },
    writeChart(name, version) {
      const path = join(directory, `${name}-${version}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, "Chart.json"), JSON.stringify({ name, version, appVersion: "9" }));
      return path;
    },
    calls: () =>
      readFileSync(callsFile, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => v.parse(CallSchema, JSON.parse(line))),
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
      await cluster.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function eksCluster(endpoint: string): Cluster {
  return {
    name: "demo",
    arn: "arn:aws:eks:eu-west-1:123456789012:cluster/demo",
    region: "eu-west-1",
    status: "ACTIVE",
    version: "1.34",
    endpoint,
    certificateAuthority: "Y2E=",
    oidcIssuer: undefined,
    autoModeCompute: false,
    autoModeLoadBalancing: false,
  };
}
