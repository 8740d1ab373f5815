import { kinds } from "../kinds.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseConfigMap } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** Where the config is kept: ConfigMap `gateway-tls` in namespace `gateway-tls`. */
const KEPT_CONFIG = { namespace: "gateway-tls", name: "gateway-tls" } as const;
const DOCUMENT = "gateway-tls.yaml";

/** What the cluster keeps of an installation. */
export interface KeptConfig {
  /** The document, a `gateway-tls.yaml`; empty when the ConfigMap has none. */
  text: string;
  /** What else the ConfigMap says: installed versions, zone id. */
  data: Record<string, string>;
  owner: Owner;
  /** From the document, as far as it can be read. */
  domain: string | undefined;
  zoneId: string | undefined;
  versions: string | undefined;
}

/** The kept config of this cluster's installation; `undefined` when there is none. */
export async function readKeptConfig(
  kubernetes: Kubernetes,
): Promise<Fact<KeptConfig | undefined>> {
  return readFact(async () => {
    const object = await kubernetes.get({ kind: kinds.ConfigMap, ...KEPT_CONFIG });
    if (object === undefined) return undefined;
    const { data } = parseConfigMap(object);
    const text = data[DOCUMENT] ?? Object.values(data)[0] ?? "";
    const said = await readDocument(text);
    return {
      text,
      data,
      owner: findOwner(object.metadata),
      domain: said("domain"),
      zoneId: said("zoneId") ?? data["zoneId"],
      versions: said("versions") ?? data["versions"],
    };
  });
}

/** As far as it can be read; what is broken in it is told by who takes it for a config. */
async function readDocument(text: string): Promise<(key: string) => string | undefined> {
  const { isMap, parseDocument } = await import("yaml");
  const { contents } = parseDocument(text);
  return (key) => {
    const value: unknown = isMap(contents) ? contents.get(key) : undefined;
    return typeof value === "string" ? value : undefined;
  };
}
