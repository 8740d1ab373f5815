import { formatBackend } from "../config/backend.ts";
import type { Backend, Config } from "../config/config.ts";
import type { HostClaim } from "../facts/claims.ts";
import { valueOf } from "../facts/fact.ts";
import type { ServiceFact } from "../facts/services.ts";
import { listNames } from "../nearest.ts";
import {
  failedFor,
  type Check,
  type CheckInput,
  judge,
  ok,
  type Verdict,
  warning,
} from "./check.ts";
import { type BackendProblem, findBackendProblem } from "./backend.ts";

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
  problem: BackendProblem;
}

function judgeBackends(input: CheckInput, services: readonly ServiceFact[]): Verdict {
  const { config } = input;
  const found = findUnanswered(input, services);
  const [first] = found;
  if (first === undefined) return ok();
  const hostnames = found.flatMap((one) => one.hostnames);
  const { code, message } = first.problem;
  const hint = found.length === 1 ? hintFor(first.problem) : hintForAll(found);
  if (config.hosts.length === 1) return failedFor(input, hostnames, { code, message, hint });
  const texts = found.map((one) => `${listNames(one.hostnames)}: ${one.problem.message}`);
  return failedFor(input, hostnames, { code, message: texts.join(" "), hint });
}

const hintFor = ({ nearest }: BackendProblem): string =>
  nearest === undefined
    ? "Give an existing Service with --backend NAMESPACE/SERVICE:PORT, or use --sample-app."
    : `Did you mean --backend ${nearest}?`;

function hintForAll(found: readonly Unanswered[]): string {
  const nearest = found.flatMap(({ problem, backend }) =>
    problem.nearest === undefined ? [] : [`${formatBackend(backend)} -> ${problem.nearest}`],
  );
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
    const existing = valueOf(facts.namespaces)?.map(({ name }) => name);
    const { namespaces } = config;
    const problem = findBackendProblem(backend, { services, namespaces, existing });
    if (problem === undefined) continue;
    const known = found.get(problem.message);
    if (known !== undefined) known.hostnames.push(hostname);
    else found.set(problem.message, { backend, hostnames: [hostname], problem });
  }
  return [...found.values()];
}

/** The sample app's Service comes with this run. */
function isSample(config: Config, backend: Backend, name: string | undefined): boolean {
  return (
    config.sampleApp &&
    backend.namespace === config.namespaces.sampleApp &&
    backend.service === (name ?? "coffee")
  );
}

function judgeClaims(input: CheckInput, claims: readonly HostClaim[]): Verdict {
  const ours = claims.filter(({ onOurGateway }) => onOurGateway);
  const told = ours.length > 0 ? ours : claims;
  const [first] = told;
  if (first === undefined) return ok();
  const [kind = "", namespace = "", name = ""] = first.route.split(/[ /]/);
  const list = listNames(
    told.map(({ hostname, route, owner }) => `${hostname} by ${route} (${owner.name})`),
  );
  const hint = `Choose other hosts, or delete what is not wanted: kubectl delete ${kind.toLowerCase()} ${name} --namespace ${namespace}`;
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
