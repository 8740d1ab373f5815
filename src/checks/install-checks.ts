import type { Backend, Config } from "../config/config.ts";
import { valueOf } from "../facts/fact.ts";
import type { KeptConfig } from "../facts/kept-config.ts";
import type { ServiceFact } from "../facts/services.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";
import { findNearest, listNames } from "./nearest.ts";

/** That the cluster has room for this installation and what it points to. */
export const installChecks: readonly Check[] = [
  {
    id: "installation",
    title: "No other installation holds the cluster",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.keptConfig, (kept) => judgeKept(input, kept)),
  },
  {
    id: "names",
    title: "The names of our objects are free or ours",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: ({ facts }) =>
      judge(facts.objects, (objects) => {
        const foreign = objects.filter(({ owner }) => !owner.ours);
        const [first] = foreign;
        if (first === undefined) return ok();
        const texts = foreign.map(({ kind, name, owner }) => `${kind} ${name} (${owner.name})`);
        return failed(
          "GT-NAME-TAKEN",
          `Objects with our names exist and are not ours: ${listNames(texts)}.`,
          `Rename or delete them, or use other namespaces in gateway-tls.yaml: kubectl delete ${describeForKubectl(first.kind, first.name)}`,
        );
      }),
  },
  {
    id: "namespaces",
    title: "No namespace we need is being deleted",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: ({ config, facts }) =>
      judge(facts.namespaces, (namespaces) => {
        const needed = listNamespaces(config);
        const ending = namespaces.filter((one) => one.terminating && needed.includes(one.name));
        const [first] = ending;
        if (first === undefined) return ok();
        return failed(
          "GT-NAMESPACE-TERMINATING",
          `${listNames(ending.map(({ name }) => name))} is being deleted: nothing can be created there.`,
          `Wait until it is gone, or see what holds it: kubectl get namespace ${first.name} -o jsonpath='{.status.conditions}'`,
        );
      }),
  },
  {
    id: "backends",
    title: "Each backend Service exists and has its port",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.services, (services) => judgeBackends(input, services)),
  },
  {
    id: "host-claims",
    title: "No other route claims our hosts",
    after: ["gateway-api-crds"],
    blames: ["access"],
    evaluate: ({ facts }) =>
      judge(facts.claims, (claims) => {
        const [first] = claims.toSorted((a, b) => Number(b.onOurGateway) - Number(a.onOurGateway));
        if (first === undefined) return ok();
        const { hostname, route, owner } = first;
        const [namespace, name] = route.split("/");
        const hint = `If it is not wanted: kubectl delete httproute ${name ?? ""} --namespace ${namespace ?? ""}`;
        return first.onOurGateway
          ? failed(
              "GT-HOST-CLAIMED",
              `The HTTPRoute ${route} (${owner.name}) hangs on our Gateway and claims ${hostname}.`,
              hint,
            )
          : warning(
              "GT-HOST-CLAIMED-ELSEWHERE",
              `The HTTPRoute ${route} (${owner.name}) serves ${hostname} on another Gateway: an ExternalDNS of others may write its record.`,
              hint,
            );
      }),
  },
];

function judgeKept({ config, facts }: CheckInput, kept: KeptConfig | undefined): Verdict {
  if (kept === undefined) return ok("none yet");
  if (!kept.owner.ours) {
    return failed(
      "GT-NAME-TAKEN",
      `The ConfigMap gateway-tls/gateway-tls exists and is not ours (${kept.owner.name}).`,
      "Rename or delete it: kubectl delete configmap gateway-tls --namespace gateway-tls",
    );
  }
  const { domain, zoneId, versions } = kept;
  if (domain !== undefined && domain !== config.domain) {
    return failed(
      "GT-INSTALLATION-OTHER",
      `This cluster already has an installation for ${domain}, and a cluster holds one.`,
      `Use --domain ${domain}, or run \`gateway-tls uninstall\` first.`,
    );
  }
  const chosen = valueOf(facts.zone)?.zone?.id;
  if (zoneId !== undefined && chosen !== undefined && zoneId !== chosen) {
    return failed(
      "GT-INSTALLATION-OTHER",
      `This cluster's installation for ${config.domain} uses the hosted zone ${zoneId}, not ${chosen}.`,
      `Use --zone-id ${zoneId}, or run \`gateway-tls uninstall\` first.`,
    );
  }
  if (versions !== undefined && versions !== config.versions) {
    return failed(
      "GT-INSTALLATION-VERSIONS",
      `The installation has the version set ${versions}, and init never changes installed versions.`,
      `Use --versions ${versions}.`,
    );
  }
  return ok(domain);
}

function judgeBackends(
  { config, facts, names }: CheckInput,
  services: readonly ServiceFact[],
): Verdict {
  for (const { backend } of config.hosts) {
    if (isSample(config, backend, names?.sampleApp)) continue;
    const { namespace, service, port } = backend;
    const found = services.find((one) => one.namespace === namespace && one.name === service);
    if (found === undefined) return noService(backend, services, valueOf(facts.namespaces));
    if (!found.ports.includes(port)) {
      return failed(
        "GT-BACKEND-PORT",
        `The Service ${namespace}/${service} has no port ${port}. It has: ${listNames(found.ports.map(String))}.`,
        `Use --backend ${namespace}/${service}:${found.ports[0] ?? ""}.`,
      );
    }
  }
  return ok();
}

/** The sample app's Service comes with this run. */
function isSample(config: Config, backend: Backend, name: string | undefined): boolean {
  return (
    config.sampleApp &&
    backend.namespace === config.namespaces.sampleApp &&
    backend.service === (name ?? "coffee")
  );
}

function noService(
  { namespace, service }: Backend,
  services: readonly ServiceFact[],
  namespaces: readonly { name: string }[] | undefined,
): Verdict {
  const all = services.map((one) => `${one.namespace}/${one.name}:${one.ports[0] ?? ""}`);
  const nearest = findNearest(
    `${namespace}/${service}`,
    all.map((one) => one.replace(/:.*/, "")),
  );
  const full = all.find((one) => one.startsWith(`${nearest ?? ""}:`));
  const inIt = services.filter((one) => one.namespace === namespace).map(({ name }) => name);
  const exists = namespaces === undefined || namespaces.some(({ name }) => name === namespace);
  const has = exists
    ? `${namespace} has: ${listNames(inIt)}.`
    : `The namespace ${namespace} does not exist.`;
  return failed(
    "GT-BACKEND-NOT-FOUND",
    `There is no Service ${namespace}/${service} with a TCP port. ${has}`,
    full === undefined
      ? "Give an existing Service with --backend NAMESPACE/SERVICE:PORT, or use --sample-app."
      : `Did you mean --backend ${full}?`,
  );
}

function listNamespaces({ namespaces, hosts }: Config): string[] {
  const backends = hosts.map(({ backend }) => backend.namespace);
  return ["gateway-tls", ...Object.values(namespaces), ...backends];
}

function describeForKubectl(kind: string, name: string): string {
  const [namespace, own] = name.includes("/") ? name.split("/") : [undefined, name];
  const what = `${kind.toLowerCase()} ${own ?? ""}`;
  return namespace === undefined ? what : `${what} --namespace ${namespace}`;
}
