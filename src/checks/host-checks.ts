import type { Backend, Config } from "../config/config.ts";
import type { HostClaim } from "../facts/claims.ts";
import { valueOf } from "../facts/fact.ts";
import type { ServiceFact } from "../facts/services.ts";
import {
  failedFor,
  type Check,
  type CheckInput,
  type Finding,
  judge,
  ok,
  type Verdict,
  warning,
} from "./check.ts";
import { findNearest, listNames } from "./nearest.ts";

/** What the cluster already has for the hosts: who answers for them, and who else claims them. */
export const hostChecks: readonly Check[] = [
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
    evaluate: (input) => judge(input.facts.claims, (claims) => judgeClaims(input, claims)),
  },
];

interface Unanswered {
  backend: Backend;
  hostnames: string[];
  finding: Finding;
}

function judgeBackends(input: CheckInput, services: readonly ServiceFact[]): Verdict {
  const { config } = input;
  const found = findUnanswered(input, services);
  const [first] = found;
  if (first === undefined) return ok();
  const hostnames = found.flatMap((one) => one.hostnames);
  if (config.hosts.length === 1) return failedFor(input, hostnames, first.finding);
  const texts = found.map((one) => `${listNames(one.hostnames)}: ${one.finding.message}`);
  const hint = found.length === 1 ? first.finding.hint : hintFor(found);
  return failedFor(input, hostnames, {
    code: first.finding.code,
    message: texts.join(" "),
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintFor(found: readonly Unanswered[]): string {
  const nearest = found.flatMap(({ finding, backend }) => {
    const full = /--backend (\S+:\d+)/.exec(finding.hint ?? "")?.[1];
    return full === undefined ? [] : [`${formatName(backend)} -> ${full}`];
  });
  return nearest.length === 0
    ? "Give existing Services as backends."
    : `Give existing Services as backends; nearest: ${nearest.join(", ")}`;
}

/** One for each thing that is not there, with the hosts that it should answer for. */
function findUnanswered(
  { config, facts, names }: CheckInput,
  services: readonly ServiceFact[],
): Unanswered[] {
  const found = new Map<string, Unanswered>();
  for (const { hostname, backend } of config.hosts) {
    if (isSample(config, backend, names?.sampleApp)) continue;
    const finding = describeBackend(backend, services, valueOf(facts.namespaces));
    if (finding === undefined) continue;
    const known = found.get(finding.message);
    if (known !== undefined) known.hostnames.push(hostname);
    else found.set(finding.message, { backend, hostnames: [hostname], finding });
  }
  return [...found.values()];
}

const formatName = ({ namespace, service, port }: Backend): string =>
  `${namespace}/${service}:${port}`;

/** The sample app's Service comes with this run. */
function isSample(config: Config, backend: Backend, name: string | undefined): boolean {
  return (
    config.sampleApp &&
    backend.namespace === config.namespaces.sampleApp &&
    backend.service === (name ?? "coffee")
  );
}

function describeBackend(
  backend: Backend,
  services: readonly ServiceFact[],
  namespaces: readonly { name: string }[] | undefined,
): Finding | undefined {
  const { namespace, service, port } = backend;
  const live = services.find((one) => one.namespace === namespace && one.name === service);
  if (live === undefined) return noService(backend, services, namespaces);
  if (live.ports.includes(port)) return undefined;
  return {
    code: "GT-BACKEND-PORT",
    message: `The Service ${namespace}/${service} has no port ${port}. It has: ${listNames(live.ports.map(String))}.`,
    hint: `Use --backend ${namespace}/${service}:${live.ports[0] ?? ""}.`,
  };
}

function noService(
  { namespace, service }: Backend,
  services: readonly ServiceFact[],
  namespaces: readonly { name: string }[] | undefined,
): Finding {
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
  return {
    code: "GT-BACKEND-NOT-FOUND",
    message: `There is no Service ${namespace}/${service} with a TCP port. ${has}`,
    hint:
      full === undefined
        ? "Give an existing Service with --backend NAMESPACE/SERVICE:PORT, or use --sample-app."
        : `Did you mean --backend ${full}?`,
  };
}

function judgeClaims(input: CheckInput, claims: readonly HostClaim[]): Verdict {
  const ours = claims.filter(({ onOurGateway }) => onOurGateway);
  const told = ours.length > 0 ? ours : claims;
  const [first] = told;
  if (first === undefined) return ok();
  const [namespace = "", name = ""] = first.route.split("/");
  const list = listNames(
    told.map(({ hostname, route, owner }) => `${hostname} by HTTPRoute ${route} (${owner.name})`),
  );
  const hint = `Choose other hosts, or delete what is not wanted: kubectl delete httproute ${name} --namespace ${namespace}`;
  if (ours.length === 0) {
    return warning(
      "GT-HOST-CLAIMED-ELSEWHERE",
      `Routes on other Gateways name our hosts, and an ExternalDNS of others may write their records: ${list}.`,
      hint,
    );
  }
  return failedFor(
    input,
    ours.map(({ hostname }) => hostname),
    {
      code: "GT-HOST-CLAIMED",
      message: `Routes of others on our Gateway claim hosts: ${list}.`,
      hint,
    },
  );
}
