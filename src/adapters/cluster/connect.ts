import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { Cluster } from "../../ports/aws.ts";
import type { Clock, ClusterAccess, ClusterConnection } from "../../ports/world.ts";
import { createClock } from "../clock.ts";
import { createCharts } from "../helm/charts.ts";
import { ApiClient } from "./api-client.ts";
import { Applies } from "./apply.ts";
import { ChildProcesses } from "./child-processes.ts";
import { ChildRegistry, endLeftovers } from "./children.ts";
import { findUserTarget, type Target, writeKubeconfig } from "./kubeconfig.ts";
import { createKubernetes } from "./kubernetes.ts";
import { createPrivateDirectory, type PrivateDirectory } from "./private-directory.ts";
import { ClusterProxy } from "./proxy.ts";
import { type ClusterToken, TokenFile } from "./token-file.ts";

/** Without a `cluster`, `access` must name one: else it is `GT-CLUSTER-NOT-CHOSEN`. */
export interface ConnectOptions {
  cluster: Cluster | undefined;
  access: ClusterAccess;
  /** Signs a token for `cluster`; needed unless `access` names the user's own kubeconfig. */
  createToken?: () => Promise<ClusterToken>;
  /** For kubectl and helm. */
  env: NodeJS.ProcessEnv;
  clock?: Clock;
}

/**
 * Connects to the cluster that EKS named, or to the one of the user's own kubeconfig. First ends
 * what a killed run left behind. Throws a UserError where kubectl is missing, or the kubeconfig
 * leads elsewhere (`GT-CLUSTER-MISMATCH`); whether the cluster answers shows with the first read.
 */
export async function connectCluster(options: ConnectOptions): Promise<ClusterConnection> {
  refuseWindows(process.platform);
  await endLeftovers(options.env);
  const registry = new ChildRegistry(options.env);
  const directory = createPrivateDirectory(registry);
  const children = new ChildProcesses(registry, childEnvironment(options.env));
  const killNow = () => {
    children.killNow();
    directory.remove();
  };
  process.once("exit", killNow);
  const applies = new Applies();
  const closers: (() => Promise<void> | void)[] = [
    () => {
      directory.remove();
      process.removeListener("exit", killNow);
    },
  ];
  const close = once(async () => {
    await applies.end();
    await children.end();
    for (const closer of closers.toReversed()) await closer();
  });
  try {
    return { ...(await open(options, { directory, children, applies, closers })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Opening {
  directory: PrivateDirectory;
  children: ChildProcesses;
  applies: Applies;
  /** Run from the last to the first. */
  closers: (() => Promise<void> | void)[];
}

async function open(
  options: ConnectOptions,
  { directory, children, applies, closers }: Opening,
): Promise<Omit<ClusterConnection, "close">> {
  const clock = options.clock ?? createClock();
  const { target, token } = await findTarget(options, directory, children, clock);
  const proxy = new ClusterProxy(children, target, directory.path);
  const refreshIfDue = async (): Promise<void> => token?.refreshIfDue();
  const client = new ApiClient({
    server: target.server,
    socketPath: () => proxy.socketPath(),
    giveUp: (socket) => proxy.giveUp(socket),
    refreshIfDue,
    replaceRefused: async () => (await token?.replaceRefused()) ?? false,
  });
  closers.push(() => token?.stop());
  closers.push(() => {
    client.close();
  });
  await proxy.socketPath();
  const kubernetes = createKubernetes({ client, applies, clock });
  const charts = createCharts({
    client,
    children,
    target,
    clock,
    kubernetes,
    refreshIfDue,
    directory: directory.path,
  });
  return { kubernetes, charts };
}

async function findTarget(
  { cluster, access, createToken, env }: ConnectOptions,
  directory: PrivateDirectory,
  children: ChildProcesses,
  clock: Clock,
): Promise<{ target: Target; token?: TokenFile }> {
  if (access.kubeconfig !== undefined || access.context !== undefined) {
    return { target: await findUserTarget(children, access, env, cluster) };
  }
  if (cluster === undefined || createToken === undefined) {
    throw new UserError("GT-CLUSTER-NOT-CHOSEN", "No cluster was named.", {
      hint: "Name one with --cluster, or a kubeconfig's with --context.",
      exitCode: 2,
    });
  }
  const path = join(directory.path, "token");
  const target = writeKubeconfig(directory.path, cluster, path);
  const token = new TokenFile({ path, createToken, clock });
  await token.start();
  return { target, token };
}

/** `GT-PLATFORM-UNSUPPORTED`: native Windows lacks kubectl's socket and process groups. */
export function refuseWindows(platform: NodeJS.Platform): void {
  if (platform !== "win32") return;
  throw new UserError(
    "GT-PLATFORM-UNSUPPORTED",
    "gateway-tls runs on Linux and macOS, and on Windows inside WSL; native Windows is not supported.",
    { hint: "Run it in WSL: https://learn.microsoft.com/windows/wsl/install" },
  );
}

/** Settings that would lead kubectl or helm to another cluster, or to other defaults. */
function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^HELM_(?:KUBE\w+|NAMESPACE|DRIVER\w*|DEBUG)$/;
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), HELM_DRIVER: "secret", KUBERC: "off" };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
