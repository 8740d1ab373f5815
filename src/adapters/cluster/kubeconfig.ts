import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { UserError } from "../../errors.ts";
import type { Cluster } from "../../ports/aws.ts";
import type { ClusterAccess } from "../../ports/world.ts";
import type { ChildProcesses } from "./child-processes.ts";
import { classifyClusterText } from "./classify.ts";

/** How kubectl and helm are told which cluster to use. */
export interface Target {
  /** `undefined` only where KUBECONFIG names several files, which no flag can. */
  kubeconfig: string | undefined;
  context: string;
  /** The API server's URL, for messages. */
  server: string;
}

const CONTEXT = "gateway-tls";
const KUBECTL_GRACE_MS = 5000;

/**
 * Our own kubeconfig: the endpoint and CA that EKS names, and a token from a file. A cluster that is
 * still being made has neither: `GT-CLUSTER-NO-ENDPOINT`.
 */
export function writeKubeconfig(directory: string, cluster: Cluster, tokenFile: string): Target {
  const { endpoint, certificateAuthority, name, status } = cluster;
  if (endpoint === undefined || certificateAuthority === undefined) {
    throw new UserError(
      "GT-CLUSTER-NO-ENDPOINT",
      `The cluster ${name} has no endpoint yet: its status is ${status}.`,
      { hint: "Wait until the cluster is ACTIVE, then run the same command again." },
    );
  }
  const kubeconfig = join(directory, "kubeconfig");
  // JSON is YAML, and needs no writer.
  const content = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": CONTEXT,
    clusters: [
      {
        name: CONTEXT,
        cluster: { server: endpoint, "certificate-authority-data": certificateAuthority },
      },
    ],
    users: [{ name: CONTEXT, user: { tokenFile } }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: CONTEXT } }],
  });
  writeFileSync(kubeconfig, content, { mode: 0o600, flag: "wx" });
  return { kubeconfig, context: CONTEXT, server: endpoint };
}

const ViewSchema = v.object({
  "current-context": v.string(),
  clusters: v.array(v.object({ cluster: v.object({ server: v.string() }) })),
});

/**
 * The user's own kubeconfig: the context that is to be used, by name from here on, since the
 * current one may change under us. Throws `GT-CLUSTER-MISMATCH` when it leads to another cluster.
 */
export async function findUserTarget(
  children: ChildProcesses,
  access: ClusterAccess,
  env: NodeJS.ProcessEnv,
  cluster: Cluster | undefined,
): Promise<Target> {
  const kubeconfig = access.kubeconfig ?? singleKubeconfig(env);
  const args = [
    "config",
    "view",
    "--minify",
    "--output=json",
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(access.context === undefined ? [] : [`--context=${access.context}`]),
  ];
  const finished = await children.run("kubectl", args, { graceMs: KUBECTL_GRACE_MS });
  if (finished.exitCode !== 0) {
    throw classifyClusterText(finished.stderr, "", "Reading the kubeconfig");
  }
  const { context, server } = parseView(finished.stdout);
  if (cluster !== undefined) compareEndpoints(cluster, context, server);
  return { kubeconfig, context, server };
}

function singleKubeconfig(env: NodeJS.ProcessEnv): string | undefined {
  const files = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  return files.length === 1 ? files[0] : undefined;
}

function parseView(json: string): { context: string; server: string } {
  try {
    const view = v.parse(ViewSchema, JSON.parse(json));
    const server = view.clusters[0]?.cluster.server;
    if (server === undefined) throw new Error("it names no cluster");
    return { context: view["current-context"], server };
  } catch (cause) {
    throw new UserError("GT-KUBECONFIG-INVALID", "The kubeconfig's context names no cluster.", {
      cause,
      hint: "Name another context with --context, or mend the file.",
    });
  }
}

function compareEndpoints(cluster: Cluster, context: string, server: string): void {
  if (cluster.endpoint !== undefined && endpointOf(cluster.endpoint) === endpointOf(server)) return;
  throw new UserError(
    "GT-CLUSTER-MISMATCH",
    `The kubeconfig's context ${context} leads to ${server}, but the cluster ${cluster.name} is at ${cluster.endpoint ?? "no endpoint yet"}.`,
    {
      hint: "Name the context of that cluster with --context, or leave out --kubeconfig and --context.",
    },
  );
}

/** Host and port, which is all that tells two clusters apart. */
function endpointOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port } = new URL(url);
  const usual = protocol === "http:" ? "80" : "443";
  return `${hostname.replace(/\.$/, "")}:${port === "" ? usual : port}`;
}

/** Flags for every kubectl. */
export function kubectlFlags({ kubeconfig, context }: Target): string[] {
  return [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    `--context=${context}`,
  ];
}

/** Flags for every helm. */
export function helmFlags({ kubeconfig, context }: Target): string[] {
  return [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    `--kube-context=${context}`,
  ];
}
