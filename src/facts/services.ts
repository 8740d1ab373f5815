import { kinds } from "../kinds.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseService } from "./objects.ts";

export interface ServiceFact {
  namespace: string;
  name: string;
  ports: number[];
}

/** Every Service with a TCP port, for prompts and to check the backend; system ones come last. */
export async function readServices(kubernetes: Kubernetes): Promise<Fact<ServiceFact[]>> {
  return readFact(async () => {
    const services = (await kubernetes.list(kinds.Service)).map((object) => {
      const { metadata, spec } = parseService(object);
      const tcp = spec.ports.filter(({ protocol = "TCP" }) => protocol === "TCP");
      const ports = tcp.flatMap(({ port }) => port ?? []);
      return { namespace: metadata.namespace ?? "default", name: metadata.name, ports };
    });
    return services.filter(({ ports }) => ports.length > 0).sort(byRelevance);
  });
}

function byRelevance(a: ServiceFact, b: ServiceFact): number {
  const order = Number(isSystem(a)) - Number(isSystem(b));
  return order !== 0 ? order : `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`);
}

function isSystem({ namespace, name }: ServiceFact): boolean {
  return namespace.startsWith("kube-") || (namespace === "default" && name === "kubernetes");
}
