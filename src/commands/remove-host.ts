import { writeConfig } from "../config/config-file.ts";
import type { Config, Host } from "../config/config.ts";
import { parseBelow } from "../config/host-list.ts";
import { usesSample } from "../config/hosts.ts";
import { Problems } from "../config/problems.ts";
import { type ExitCode, UsageError } from "../errors.ts";
import { findNearest, listNames } from "../nearest.ts";
import { planWithoutHosts } from "../runner/plan-installed.ts";
import { hostRemovalSteps } from "../steps/removal/index.ts";
import { carryOutChange, changeIn } from "./change.ts";
import type { CommandInput } from "./command.ts";
import { type Installation, needConfig, withInstallation } from "./installation.ts";
import { formatResume } from "./resume.ts";

/** `gateway-tls remove-host`: all that belongs to these hosts; what others use stays. */
export const run = (input: CommandInput): Promise<ExitCode> =>
  withInstallation("remove-host", input, (installation) => removeHosts(input, installation));

async function removeHosts(input: CommandInput, installation: Installation): Promise<ExitCode> {
  const config = needConfig(installation);
  const { world, templates, notes } = installation;
  const names = input.names.length > 0 ? input.names : [await chooseHost(installation, config)];
  const hostnames = await parseNames(names, config);
  const next = withoutHosts(config, hostnames);
  const plan = await planWithoutHosts(world, {
    config: next,
    configText: writeConfig(next),
    templates,
    leaving: hostnames.map((hostname) => findHost(config, hostname)),
  });
  const words = describe(
    hostnames,
    config.hosts.map(({ hostname }) => hostname),
  );
  return carryOutChange({
    ...changeIn(installation, input),
    command: "remove-host",
    resume: formatResume("remove-host", input.flags, config, names),
    plan,
    steps: hostRemovalSteps,
    question: words.question,
    danger: "This takes things away.",
    said: words.said,
    warnings: [...notes, ...words.warnings],
    withoutHosts: true,
  });
}

/** A host that is not kept can have left something; beside others it may be a slip. */
function describe(hostnames: readonly string[], kept: readonly string[]) {
  const names = hostnames.join(", ");
  const known = hostnames.filter((hostname) => kept.includes(hostname));
  const unknown = hostnames.filter((hostname) => !kept.includes(hostname));
  const hosts = kept.length === 0 ? "It has no hosts." : `Its hosts: ${kept.join(", ")}.`;
  return {
    question: `Remove ${names}?`,
    said: {
      unchanged: `The installation has nothing of ${names}. ${hosts}`,
      done: `${known.join(", ") || names} ${known.length > 1 ? "are" : "is"} served no more.`,
    },
    warnings: [
      ...(known.length > 0 && unknown.length > 0
        ? [`Not among the hosts of this installation: ${unknown.join(", ")}.`]
        : []),
      ...unknown.flatMap((hostname) => {
        const nearest = findNearest(hostname, kept);
        return nearest === undefined ? [] : [`${hostname}: did you mean ${nearest}?`];
      }),
    ],
  };
}

/** The config when these hosts are gone; the sample app goes with the last host that it answers. */
function withoutHosts(config: Config, hostnames: readonly string[]): Config {
  const hosts = config.hosts.filter(({ hostname }) => !hostnames.includes(hostname));
  const next = { ...config, hosts };
  return { ...next, sampleApp: config.sampleApp && usesSample(next) };
}

/** One of the hosts there are; where nobody can be asked, they are told. */
async function chooseHost(
  { terminal }: Pick<Installation, "terminal">,
  { domain, hosts }: Config,
): Promise<string> {
  const [first] = hosts;
  if (terminal !== undefined && first !== undefined) {
    const choices = hosts.map(({ hostname }) => ({ value: hostname }));
    return terminal.choose({ message: "Host to remove", choices });
  }
  const there = listNames(hosts.map(({ hostname }) => hostname));
  throw new UsageError(
    "GT-CONFIG-HOST",
    `remove-host takes the names of hosts. There are: ${there}.`,
    {
      hint: `gateway-tls remove-host ${first?.hostname ?? `api.${domain}`}`,
    },
  );
}

async function parseNames(texts: readonly string[], { domain }: Config): Promise<string[]> {
  const problems = new Problems();
  const names = await Promise.all(
    texts.map((text) => problems.collect("host", () => parseBelow(text, domain))),
  );
  problems.throwIfAny();
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** One that is not kept may have left something all the same: its backend does not matter. */
function findHost({ hosts, namespaces }: Config, hostname: string): Host {
  const known = hosts.find((host) => host.hostname === hostname);
  const backend = { namespace: namespaces.gateway, service: "none", port: 80 };
  return known ?? { hostname, backend, path: "/" };
}
