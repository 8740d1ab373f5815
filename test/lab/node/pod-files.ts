import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, stringMap, strings, text } from "../../../src/sandbox/fields.ts";
import type { ApiClient } from "../kubernetes/client.ts";

export interface Container {
  name: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * The first container of a pod as a process of this machine runs it: ConfigMaps written to
 * `folder`, mount paths in the arguments led there, `$(VARIABLES)` filled in.
 */
export async function readContainer(
  client: ApiClient,
  pod: KubernetesObject,
  folder: string,
): Promise<Container> {
  const [container = {}] = list(at(pod, "spec", "containers"));
  const env = readEnvironment(pod, list(container["env"]));
  const mounts = await writeVolumes(client, pod, list(container["volumeMounts"]), folder);
  const args = strings(container["args"])
    .map((arg) => arg.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => env[name] ?? whole))
    .map((arg) => mounts.reduce((text, [path, real]) => text.replaceAll(path, real), arg));
  return { name: text(container["name"]), args, env };
}

function readEnvironment(
  { metadata }: KubernetesObject,
  entries: readonly Record<string, unknown>[],
): Record<string, string> {
  const known: Record<string, string> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace ?? "",
  };
  return Object.fromEntries(
    entries.map((entry) => {
      const path = text(at(entry, "valueFrom", "fieldRef", "fieldPath"));
      return [text(entry["name"]), path === "" ? text(entry["value"]) : (known[path] ?? "")];
    }),
  );
}

/** Each mount path of a ConfigMap, and where its files are. */
async function writeVolumes(
  client: ApiClient,
  pod: KubernetesObject,
  mounts: readonly Record<string, unknown>[],
  folder: string,
): Promise<[string, string][]> {
  const volumes = list(at(pod, "spec", "volumes"));
  const written = mounts.map(async (mount): Promise<[string, string] | undefined> => {
    const volume = volumes.find(({ name }) => name === mount["name"]);
    const name = text(at(volume, "configMap", "name"));
    if (name === "") return undefined;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/configmaps/${name}`;
    const data = stringMap((await client.get(path))?.["data"]);
    const real = join(folder, name);
    mkdirSync(real, { recursive: true });
    for (const [file, content] of Object.entries(data)) writeFileSync(join(real, file), content);
    return [text(mount["mountPath"]), real];
  });
  return (await Promise.all(written)).filter((entry) => entry !== undefined);
}

/** A token of the pod's ServiceAccount for one audience, as the kubelet projects it. */
export async function requestToken(
  client: ApiClient,
  { metadata, spec }: KubernetesObject,
  audience?: string,
): Promise<string> {
  const account = text(at(spec, "serviceAccountName")) || "default";
  const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${account}/token`;
  const reply = await client.create(path, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      expirationSeconds: 24 * 3600,
      ...(audience === undefined ? {} : { audiences: [audience] }),
      boundObjectRef: { kind: "Pod", apiVersion: "v1", name: metadata.name, uid: metadata.uid },
    },
  });
  return text(at(reply, "status", "token"));
}
