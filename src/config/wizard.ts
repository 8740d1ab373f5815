import { findBackendProblem } from "../checks/backend.ts";
import { UserError } from "../errors.ts";
import { keepServable, type ServiceFact } from "../facts/services.ts";
import { chooseZone } from "../facts/zone.ts";
import { findNearest, listNames } from "../nearest.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { Answers, Ask, Open } from "./answers.ts";
import { parseCluster, parseRegion } from "./aws-names.ts";
import { formatBackend, parseBackend } from "./backend.ts";
import type { Backend } from "./config.ts";
import { parseDomain } from "./domain.ts";
import { parseEmail } from "./email.ts";
import { parseBelow } from "./host-list.ts";
import { ask, chooseOr, keepValid, offered, OTHER } from "./questions.ts";
import { wrongValue } from "./wrong-value.ts";

/** What exists and can be chosen from. Each is asked for only when its question comes, and may fail. */
export interface Offers {
  clusters: () => Promise<string[]>;
  zones: () => Promise<HostedZone[]>;
  /** Whether the parent zone delegates to this one of several; `undefined` when nobody says. */
  isDelegated: (zone: HostedZone) => Promise<boolean | undefined>;
  /** Every Service with a port, of the cluster that was chosen. */
  services: (answers: { cluster: string; region: string | undefined }) => Promise<ServiceFact[]>;
}

const SAMPLE = "sample-app";

interface Interview {
  terminal: Terminal;
  offers: Offers;
  open: Open;
}

/** Asks for what is open, in the order in which one thing leads to the next, and for nothing else. */
export function createWizard(terminal: Terminal, offers: Offers): Ask {
  return async (open) => {
    const interview = { terminal, offers, open };
    const isOpen = (id: Open["missing"][number]) => open.missing.includes(id);
    const answers: Answers = {};
    Object.assign(answers, await askPlace(interview));
    if (isOpen("email")) answers.email = await askEmail(interview);
    if (isOpen("region")) answers.region = await askRegion(interview);
    if (isOpen("cluster")) answers.cluster = await askCluster(interview);
    const domain = answers.domain ?? open.draft.domain;
    if (open.askHost && domain !== undefined) {
      answers.host = await askHost(interview, { domain, taken: [] });
    }
    if (isOpen("backend")) Object.assign(answers, await askBackend(interview, answers));
    return answers;
  };
}

/** The domain, and the hosted zone where several have its name. */
async function askPlace({ terminal, offers, open }: Interview): Promise<Answers> {
  const isDomainOpen = open.missing.includes("domain");
  if (!isDomainOpen && !open.askZone) return {};
  const zones = await offered(terminal, "hosted zones", offers.zones);
  const answers: Answers = {};
  if (isDomainOpen) answers.domain = await askDomain({ terminal, open }, zones);
  const domain = answers.domain ?? open.draft.domain;
  if (zones === undefined || domain === undefined || !open.askZone) return answers;
  const { candidates } = chooseZone(zones, domain);
  if (candidates.length < 2) return answers;
  return { ...answers, zoneId: await askZone({ terminal, offers }, candidates) };
}

async function askDomain(
  { terminal, open }: Pick<Interview, "terminal" | "open">,
  zones: readonly HostedZone[] | undefined,
): Promise<string> {
  const message = "Domain";
  const names = (zones ?? []).filter((zone) => !zone.private).map(({ name }) => name);
  const all = [...new Set(names)].sort();
  if (zones !== undefined && all.length === 0) throw noZones();
  const parse = (text: string) => parseDomain(text, open.context);
  const usable = await keepValid(all, parse);
  const chosen = await chooseOr(terminal, message, usable, "another domain, or one below these");
  const parseHeld = async (text: string) => {
    const domain = await parse(text);
    if (zones !== undefined && chooseZone(zones, domain).candidates.length === 0) {
      const what = `is in no public hosted zone of this account, which has ${listNames(all)}`;
      throw wrongValue(text, what, findNearestHeld(domain, all));
    }
    return domain;
  };
  return chosen ?? ask({ terminal, message }, parseHeld);
}

/** The same name below the zone that is nearest to its end. */
function findNearestHeld(domain: string, zones: readonly string[]): string | undefined {
  const labels = domain.split(".");
  const meant = zones.flatMap((zone) => {
    const own = labels.length - zone.split(".").length;
    const near = own >= 0 && findNearest(labels.slice(own).join("."), [zone]) !== undefined;
    return near ? [[...labels.slice(0, own), zone].join(".")] : [];
  });
  return findNearest(domain, meant) ?? findNearest(domain, zones);
}

function noZones(): UserError {
  return new UserError("GT-ZONE-NOT-FOUND", "The account has no public hosted zone.", {
    hint: "aws route53 create-hosted-zone --name DOMAIN --caller-reference gateway-tls",
  });
}

async function askZone(
  { terminal, offers }: Pick<Interview, "terminal" | "offers">,
  zones: readonly HostedZone[],
): Promise<string> {
  const seen = await Promise.all(
    zones.map(async ({ id, ...zone }) => {
      const delegated = await offers.isDelegated({ id, ...zone });
      const words = delegated === true ? " (delegated)" : " (not delegated)";
      return { value: id, name: `${id}${delegated === undefined ? "" : words}`, delegated };
    }),
  );
  const first = seen.toSorted(
    (a, b) => Number(b.delegated === true) - Number(a.delegated === true),
  );
  const choices = first.map(({ value, name }) => ({ value, name }));
  return terminal.choose({ message: `Hosted zone of ${zones[0]?.name ?? "the domain"}`, choices });
}

async function askEmail({ terminal, open }: Interview): Promise<string> {
  return ask({ terminal, message: "Email for the certificate authority" }, (text) =>
    parseEmail(text, open.context),
  );
}

/** The region, when AWS is not configured with one. */
export async function askRegion({ terminal }: { terminal: Terminal }): Promise<string> {
  return ask({ terminal, message: "AWS region" }, parseRegion);
}

/** One of the clusters there are. */
export async function askCluster({
  terminal,
  offers,
}: {
  terminal: Terminal;
  offers: Pick<Offers, "clusters">;
}): Promise<string> {
  const message = "EKS cluster";
  const names = await offered(terminal, "clusters", offers.clusters);
  if (names?.length === 0) {
    throw new UserError("GT-CLUSTER-NOT-FOUND", "The account has no EKS cluster in this region.", {
      hint: "Name the right one with --region or --profile.",
    });
  }
  const chosen = await chooseOr(terminal, message, names ?? [], "another cluster");
  const parse = (text: string) => {
    const name = parseCluster(text);
    if (names === undefined || names.includes(name)) return name;
    const what = `is no EKS cluster of this region, which has ${listNames(names)}`;
    throw wrongValue(text, what, findNearest(name, names));
  };
  return chosen ?? ask({ terminal, message }, parse);
}

const LABELS = ["www", "api", "app"];

/** One host of the domain; a name that is free is proposed. */
export async function askHost(
  { terminal }: { terminal: Terminal },
  { domain, taken }: { domain: string; taken: readonly string[] },
): Promise<string> {
  const names = LABELS.map((label) => `${label}.${domain}`);
  const preset = names.find((name) => !taken.includes(name));
  return ask({ terminal, message: "Host", preset }, (text) => parseBelow(text, domain));
}

async function askBackend(
  { terminal, offers, open }: Interview,
  answers: Answers,
): Promise<Pick<Answers, "backend" | "sampleApp">> {
  const cluster = answers.cluster ?? open.draft.cluster;
  const region = answers.region ?? open.draft.region;
  const { namespaces } = open.draft;
  const find = async () =>
    cluster === undefined ? undefined : offers.services({ cluster, region });
  const services = await offered(terminal, "Services", find);
  const servable = keepServable(services ?? [], namespaces).flatMap(backendsOf);
  const value = await terminal.choose({
    message: open.askHost ? "Backend" : titleOf(open.unanswered),
    choices: [
      ...servable.map((backend) => ({ value: formatBackend(backend) })),
      {
        value: SAMPLE,
        name: "a sample app",
        description: "gateway-tls runs it beside the Gateway",
      },
      { value: OTHER, name: "another Service", description: "typed as namespace/service:port" },
    ],
  });
  if (value === SAMPLE) return { sampleApp: true };
  if (value !== OTHER) return { backend: parseBackend(value) };
  const message = "Backend (namespace/service:port)";
  const parse = (text: string) => {
    const backend = parseBackend(text);
    const problem = services && findBackendProblem(backend, { services, namespaces });
    if (problem === undefined) return backend;
    const { nearest } = problem;
    const meant = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    throw new UserError(problem.code, `${problem.message}${meant}`);
  };
  return { backend: await ask({ terminal, message }, parse) };
}

const backendsOf = ({ namespace, name: service, ports }: ServiceFact): Backend[] =>
  ports.map((port) => ({ namespace, service, port }));

function titleOf(hosts: readonly string[]): string {
  if (hosts.length > 1) return `Backend of ${hosts.length} hosts`;
  return hosts.length === 0 ? "Backend" : `Backend of ${hosts.join("")}`;
}
