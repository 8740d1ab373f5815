import { UserError } from "../errors.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { Choice, Terminal } from "../ports/terminal.ts";
import { formatBackend, parseBackend } from "./backend.ts";
import { parseCluster, parseRegion } from "./aws-names.ts";
import type { Backend } from "./config.ts";
import { parseDomain } from "./domain.ts";
import { parseEmail } from "./email.ts";
import { parseHostname, requireBelow } from "./hostname.ts";
import type { Answers, Ask, Open } from "./resolve.ts";

/** What exists and can be chosen from. Each is asked for only when its question comes, and may fail. */
export interface Offers {
  clusters: () => Promise<string[]>;
  zones: () => Promise<HostedZone[]>;
  /** Services with a port, of the cluster that was chosen. */
  services: (answers: { cluster: string; region: string | undefined }) => Promise<Backend[]>;
}

/** No choice has this value. */
const OTHER = "";
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
    if (isOpen("domain")) answers.domain = await askDomain(interview);
    if (isOpen("email")) answers.email = await askEmail(interview);
    if (isOpen("region")) answers.region = await askRegion(interview);
    if (isOpen("cluster")) answers.cluster = await askCluster(interview);
    const domain = answers.domain ?? open.draft.domain;
    if (open.askHost && domain !== undefined) answers.host = await askHost(interview, domain);
    if (isOpen("backend")) Object.assign(answers, await askBackend(interview, answers));
    return answers;
  };
}

async function askDomain({ terminal, offers, open }: Interview): Promise<string> {
  const message = "Domain";
  const zones = await offered(terminal, "hosted zones", offers.zones);
  const names = [...new Set(zones.filter((zone) => !zone.private).map(({ name }) => name))].sort();
  const parse = (text: string) => parseDomain(text, open.context);
  const usable = await keepValid(names, parse);
  const chosen = await chooseOr(terminal, message, usable, "another domain, or one below these");
  return chosen ?? ask({ terminal, message }, parse);
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

async function askCluster({ terminal, offers }: Interview): Promise<string> {
  const message = "EKS cluster";
  const names = await offered(terminal, "clusters", offers.clusters);
  const chosen = await chooseOr(terminal, message, names, "another cluster");
  return chosen ?? ask({ terminal, message }, parseCluster);
}

/** One host of the domain. */
export async function askHost(
  { terminal }: { terminal: Terminal },
  domain: string,
): Promise<string> {
  return ask({ terminal, message: "Host", preset: `www.${domain}` }, (text) => {
    const hostname = parseHostname(text);
    requireBelow(hostname, domain);
    return hostname;
  });
}

async function askBackend(
  { terminal, offers, open }: Interview,
  answers: Answers,
): Promise<Pick<Answers, "backend" | "sampleApp">> {
  const cluster = answers.cluster ?? open.draft.cluster;
  const region = answers.region ?? open.draft.region;
  const find = async () => (cluster === undefined ? [] : offers.services({ cluster, region }));
  const services = await offered(terminal, "Services", find);
  const value = await terminal.choose({
    message: open.askHost ? "Backend" : titleOf(open.unanswered),
    choices: [
      ...services.map((service) => ({ value: formatBackend(service) })),
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
  return { backend: await ask({ terminal, message }, parseBackend) };
}

function titleOf(hosts: readonly string[]): string {
  if (hosts.length > 1) return `Backend of ${hosts.length} hosts`;
  return hosts.length === 0 ? "Backend" : `Backend of ${hosts.join("")}`;
}

/** Asks until `parse` takes the answer; what it says is shown under the question. */
async function ask<T>(
  { terminal, message, preset }: { terminal: Terminal; message: string; preset?: string },
  parse: (text: string) => T | Promise<T>,
): Promise<T> {
  const validate = async (text: string) => {
    try {
      await parse(text);
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  };
  const text = await terminal.input({
    message,
    validate,
    ...(preset === undefined ? {} : { default: preset }),
  });
  return parse(text);
}

/** What was found; nothing, and why in one line, when it could not be asked for. */
async function offered<T>(
  terminal: Terminal,
  what: string,
  find: () => Promise<T[]>,
): Promise<T[]> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 130) throw error;
    terminal.note(`The ${what} cannot be listed: ${error.message}`);
    return [];
  }
}

/** One of `names`; `undefined` for another one, and when there are none. */
async function chooseOr(
  terminal: Terminal,
  message: string,
  names: readonly string[],
  other: string,
): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const choices: Choice[] = names.map((value) => ({ value }));
  const value = await terminal.choose({
    message,
    choices: [...choices, { value: OTHER, name: other }],
  });
  return value === OTHER ? undefined : value;
}

async function keepValid(
  names: readonly string[],
  parse: (text: string) => Promise<string>,
): Promise<string[]> {
  const checked = await Promise.all(
    names.map((name) =>
      parse(name).catch((error: unknown) => {
        if (error instanceof UserError) return undefined;
        throw error;
      }),
    ),
  );
  return checked.filter((name) => name !== undefined);
}
