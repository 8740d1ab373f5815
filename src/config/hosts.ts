import type { Backend, Config, Host } from "./config.ts";
import { SAMPLE_SERVICE } from "./defaults.ts";
import { requireBelow } from "./hostname.ts";
import type { PartialHost } from "./partial-config.ts";
import type { Problems } from "./problems.ts";

/** What flags, environment and prompts say of the one host that they are about. */
export interface GivenHost {
  hostname: string | undefined;
  backend: Backend | undefined;
  path: string | undefined;
  /** The sample app answers for it. */
  sample: boolean;
}

/** Hosts by name, later lists over earlier ones: nothing that is kept is ever left out. */
export function mergeHosts(
  ...lists: readonly (readonly PartialHost[] | undefined)[]
): PartialHost[] {
  const byName = new Map<string, PartialHost>();
  for (const host of lists.flatMap((list) => list ?? [])) {
    byName.set(host.hostname, { ...byName.get(host.hostname), ...host });
  }
  return [...byName.values()];
}

/** The hosts with the given one put in or changed; without a name it is the only one there is. */
export function placeHost(
  hosts: readonly PartialHost[],
  given: GivenHost,
  facts: { domain: string | undefined; sampleNamespace: string },
  problems: Problems,
): PartialHost[] {
  const { backend, path, sample } = given;
  const says = backend !== undefined || path !== undefined || sample;
  if (given.hostname === undefined && hosts.length > 0 && !says) return [...hosts];
  const isOpen = given.hostname === undefined && hosts.length > 1;
  if (isOpen && backend !== undefined && hosts.some((host) => host.backend === undefined)) {
    const rest = { backend, ...(path === undefined ? {} : { path }) };
    return hosts.map((host) => (host.backend === undefined ? { ...host, ...rest } : host));
  }
  if (isOpen && (backend !== undefined || path !== undefined)) {
    problems.add(
      `--host is missing: there are ${hosts.length} hosts, and a backend or path is for one.`,
    );
  }
  if (isOpen) return [...hosts];
  const { domain, sampleNamespace } = facts;
  const fallback = domain === undefined ? undefined : `www.${domain}`;
  const hostname = given.hostname ?? hosts[0]?.hostname ?? fallback;
  if (hostname === undefined) return [...hosts];
  const known = hosts.find((host) => host.hostname === hostname);
  const own =
    backend ??
    (sample && known?.backend === undefined ? sampleBackend(sampleNamespace) : undefined);
  return mergeHosts(hosts, [
    {
      hostname,
      ...(own === undefined ? {} : { backend: own }),
      ...(path === undefined ? {} : { path }),
    },
  ]);
}

/** The sample app's Service as a backend. */
export function sampleBackend(namespace: string): Backend {
  return { namespace, ...SAMPLE_SERVICE };
}

/** Hosts with nothing open; one without a backend is answered by the sample app, if it runs. */
export function completeHosts(
  hosts: readonly PartialHost[],
  { sampleApp, sampleNamespace }: { sampleApp: boolean; sampleNamespace: string },
): { hosts: Host[]; open: string[] } {
  const complete: Host[] = [];
  const open: string[] = [];
  for (const { hostname, backend, path = "/" } of hosts) {
    const chosen = backend ?? (sampleApp ? sampleBackend(sampleNamespace) : undefined);
    if (chosen === undefined) open.push(hostname);
    else complete.push({ hostname, backend: chosen, path });
  }
  return { hosts: complete, open };
}

/** Adds a line for each host outside the domain; `named` is the one of the flag. */
export async function checkHosts(
  hosts: readonly PartialHost[],
  { domain, named }: { domain: string; named: string | undefined },
  problems: Problems,
): Promise<void> {
  for (const { hostname } of hosts) {
    await problems.collect(hostname === named ? "--host" : "hosts", () => {
      requireBelow(hostname, domain);
    });
  }
}

/** Whether a host of the config is answered by the sample app. */
export function usesSample({ hosts, namespaces }: Pick<Config, "hosts" | "namespaces">): boolean {
  return hosts.some(
    ({ backend }) =>
      backend.namespace === namespaces.sampleApp && backend.service === SAMPLE_SERVICE.service,
  );
}
