import type { Config } from "./config.ts";
import { ACME, DEFAULT_NAMESPACES, isLetsEncrypt } from "./defaults.ts";
import {
  checkHosts,
  completeHosts,
  mergeHosts,
  placeHost,
  sampleBackend,
  usesSample,
} from "./hosts.ts";
import { chartNames, namespaceParts } from "./names.ts";
import type { PartialConfig, PartialHost } from "./partial-config.ts";
import type { Problems } from "./problems.ts";
import type { SettingId, Values } from "./settings.ts";

/** Where values come from, the strongest first; beneath them are the defaults. */
export interface Layers {
  /** Flags, environment and answers. */
  values: Values;
  file: PartialConfig;
  kept: PartialConfig;
  /** Computed: the sandbox's region, or the one that AWS is configured with. */
  region: string | undefined;
}

/** A config as far as it goes, and what it still needs. */
export interface Draft {
  config: Omit<Config, "domain" | "email" | "cluster" | "region"> &
    Partial<Pick<Config, "domain" | "email" | "cluster" | "region">>;
  missing: SettingId[];
  /** Named hosts without a backend; one answer is for all of them. */
  unanswered: string[];
}

const REQUIRED = ["domain", "email", "cluster", "region"] as const;

/** Puts the layers over each other; what contradicts goes to `problems`. */
export async function assemble(layers: Layers, problems: Problems): Promise<Draft> {
  const { values, file, kept, region: known } = layers;
  const domain = values.domain ?? file.domain ?? kept.domain;
  const email = values.email ?? file.email ?? kept.email;
  const cluster = values.cluster ?? file.cluster ?? kept.cluster;
  const region = values.region ?? file.region ?? kept.region ?? known;
  const namespaces = mergeNamespaces(layers);
  // A sample app that runs answers for the hosts that it was given, not for every new one.
  const isSampleChosen = values.sampleApp ?? file.sampleApp ?? false;
  const sampleApp = values.sampleApp ?? file.sampleApp ?? kept.sampleApp ?? false;
  const partial = findHosts(layers, domain, namespaces.sampleApp, problems);
  if (domain !== undefined) await checkHosts(partial, { domain, named: values.host }, problems);
  const { hosts, open } = completeHosts(partial, {
    sampleApp: isSampleChosen,
    sampleNamespace: namespaces.sampleApp,
  });
  const needed = { domain, email, cluster, region };
  const missing: SettingId[] = REQUIRED.filter((id) => needed[id] === undefined);
  // Without the domain no host has a name yet; what answers for it can be said all the same.
  const isAnswered = kept.hosts !== undefined || values.backend !== undefined || isSampleChosen;
  if (open.length > 0 || (partial.length === 0 && !isAnswered)) missing.push("backend");
  return {
    config: {
      ...(domain === undefined ? {} : { domain }),
      ...(email === undefined ? {} : { email }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(region === undefined ? {} : { region }),
      namespaces,
      hosts,
      sampleApp: sampleApp && usesSample({ hosts, namespaces }),
      ...choose(layers),
    },
    missing,
    unanswered: open,
  };
}

/** Directory of the CA; known before the rest, because other values' rules depend on it. */
export function chooseAcmeServer({ values, file, kept }: Omit<Layers, "region">): string {
  return values.acmeServer ?? file.acme?.server ?? kept.acme?.server ?? ACME.server;
}

function choose(layers: Layers) {
  const { values, file, kept } = layers;
  const zoneId = values.zoneId ?? file.zoneId ?? kept.zoneId;
  const boundary =
    values.permissionsBoundary ?? file.permissionsBoundary ?? kept.permissionsBoundary;
  return {
    ...(zoneId === undefined ? {} : { zoneId }),
    identity: values.identity ?? file.identity ?? kept.identity ?? "auto",
    issuer: values.issuer ?? file.issuer ?? kept.issuer ?? "production",
    versions: values.versions ?? file.versions ?? kept.versions ?? "current",
    redirect: values.redirect ?? file.redirect ?? kept.redirect ?? true,
    ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
    loadBalancer: chooseLoadBalancer(layers),
    charts: mergeCharts(layers),
    crds: { ...kept.crds, ...file.crds, ...Object.fromEntries(values.crds ?? []) },
    acme: chooseAcme(layers),
  } satisfies Partial<Config>;
}

function chooseAcme(layers: Layers): Config["acme"] {
  const { values, file, kept } = layers;
  const server = chooseAcmeServer(layers);
  const stagingServer =
    values.acmeStagingServer ??
    file.acme?.stagingServer ??
    kept.acme?.stagingServer ??
    (isLetsEncrypt(server) ? ACME.stagingServer : server);
  const caBundle = values.acmeCaBundle ?? file.acme?.caBundle ?? kept.acme?.caBundle;
  return { server, stagingServer, ...(caBundle === undefined ? {} : { caBundle }) };
}

function chooseLoadBalancer({ values, file, kept }: Layers): Config["loadBalancer"] {
  return {
    provider:
      values.loadBalancer ?? file.loadBalancer?.provider ?? kept.loadBalancer?.provider ?? "auto",
    scheme:
      values.scheme ?? file.loadBalancer?.scheme ?? kept.loadBalancer?.scheme ?? "internet-facing",
    annotations: {
      ...kept.loadBalancer?.annotations,
      ...file.loadBalancer?.annotations,
      ...Object.fromEntries(values.annotations ?? []),
    },
  };
}

function mergeNamespaces({ values, file, kept }: Layers): Config["namespaces"] {
  const given = (values.namespaces ?? []).map(([part, name]) => [namespaceParts[part], name]);
  return {
    ...DEFAULT_NAMESPACES,
    ...kept.namespaces,
    ...file.namespaces,
    ...Object.fromEntries(given),
  };
}

function mergeCharts({ values, file, kept }: Layers): Config["charts"] {
  const charts = { ...kept.charts, ...file.charts };
  for (const [name, source] of values.charts ?? []) charts[name] = { ...charts[name], source };
  // In the order that a kept config is read back, or it would differ from itself.
  return Object.fromEntries(
    chartNames.flatMap((name) => (charts[name] === undefined ? [] : [[name, charts[name]]])),
  );
}

function findHosts(
  { values, file, kept }: Layers,
  domain: string | undefined,
  sampleNamespace: string,
  problems: Problems,
): PartialHost[] {
  const { host: hostname, backend, path, sampleApp } = values;
  if (backend !== undefined && sampleApp === true) {
    problems.add("--backend and --sample-app contradict each other: give one of them.");
  }
  const given = { hostname, backend, path, sample: sampleApp === true };
  const says = hostname !== undefined || backend !== undefined || path !== undefined;
  // The last host was removed: that is kept too, until another one is named.
  const isEmptied = kept.hosts?.length === 0 && (file.hosts ?? []).length === 0;
  if (isEmptied && !says && sampleApp !== true) return [];
  return placeHost(
    mergeHosts(answeredBySample(kept, sampleNamespace), file.hosts),
    given,
    { domain, sampleNamespace },
    problems,
  );
}

/** A kept config can be written by hand, with hosts that name no backend. */
function answeredBySample(
  { hosts = [], sampleApp }: PartialConfig,
  sampleNamespace: string,
): PartialHost[] {
  const fallback = sampleApp === true ? { backend: sampleBackend(sampleNamespace) } : {};
  return hosts.map((host) => ({ ...fallback, ...host }));
}
