import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, strings } from "../../../src/sandbox/fields.ts";
import type { Aws } from "../aws/aws.ts";
import { kubeconfigOf } from "../kubernetes/control-plane.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { pause, type Processes } from "../process.ts";
import { buildAwsEnvironment } from "./aws-environment.ts";
import { imageOf, type StartWorkload, type Workload } from "./node.ts";
import { readContainer, requestToken } from "./pod-files.ts";

export interface WorkloadOptions {
  client: ApiClient;
  /** The API server, for the pods' own kubeconfigs. */
  server: { url: string; ca: string };
  processes: Processes;
  folder: string;
  bin: string;
  aws: Aws;
  dnsServer: string;
  /** Parts that run inside the lab itself, by image. */
  inside: Record<string, (pod: KubernetesObject) => Workload | Promise<Workload>>;
}

/** The image of a pod that only says what it is told to say. */
export const TALKER = "talker";

/** A process that lives this long has started; until then its pod is not ready. */
const STARTED_MS = 700;

/**
 * What stands for which image: cert-manager and ExternalDNS are processes of this machine that get
 * their arguments, files and identity from the pod, so that what helm rendered decides.
 */
export function createWorkloads(options: WorkloadOptions): StartWorkload {
  return async (pod) => {
    const image = imageOf(pod);
    const inside = options.inside[image];
    if (inside !== undefined) return inside(pod);
    if (image === "cert-manager-controller") {
      const solver = `--acme-http01-solver-nameservers=${options.dnsServer}`;
      return startProcess(options, pod, { program: "cert-manager", extra: [solver] });
    }
    if (image === "external-dns") {
      return startProcess(options, pod, { program: "external-dns", extra: [], aws: true });
    }
    if (image === TALKER) return talk(options.folder, pod);
    return undefined;
  };
}

/** Writes its arguments into its log, one a line. */
function talk(folder: string, pod: KubernetesObject): Workload {
  const [container] = list(at(pod, "spec", "containers"));
  const logFile = join(folder, "logs", `${pod.metadata.namespace}-${pod.metadata.name}.log`);
  writeFileSync(logFile, `${strings(container?.["args"]).join("\n")}\n`);
  return { logFile, stop: () => Promise.resolve() };
}

async function startProcess(
  options: WorkloadOptions,
  pod: KubernetesObject,
  { program, extra, aws = false }: { program: string; extra: string[]; aws?: boolean },
): Promise<Workload> {
  const { client, server, processes, bin } = options;
  const folder = join(options.folder, "pods", pod.metadata.uid ?? pod.metadata.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const container = await readContainer(client, pod, folder);
  const kubeconfig = join(folder, "kubeconfig");
  const token = await requestToken(client, pod);
  writeFileSync(kubeconfig, kubeconfigOf(server.url, server.ca, token), { mode: 0o600 });
  const about = { pod, container, folder };
  const identity = aws ? await buildAwsEnvironment(client, options.aws, about) : {};
  const running = processes.start({
    name: pod.metadata.name,
    command: join(bin, program),
    args: [...container.args, `--kubeconfig=${kubeconfig}`, ...extra],
    // Nothing of the person's own: a pod has no AWS keys of theirs.
    env: { PATH: process.env["PATH"], HOME: folder, ...container.env, ...identity },
  });
  await Promise.race([running.exited, pause(STARTED_MS)]);
  if (running.exitCode !== undefined) throw new Error(running.log(3));
  return { logFile: running.logFile, ended: running.exited, stop: () => running.stop() };
}
