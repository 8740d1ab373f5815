import { UserError } from "../../src/errors.ts";
import type { ResourceKind } from "../../src/kinds.ts";
import type { StatusWorld } from "../../src/facts/status-facts.ts";
import { surveyInstallation, type Survey } from "../../src/facts/survey.ts";
import { buildNames } from "../../src/plan/names.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import type { Identity } from "../../src/ports/aws.ts";
import type { KubernetesObject, ListOptions, LogQuery } from "../../src/ports/kubernetes.ts";
import { matchesFields, matchesLabels } from "../../src/sandbox/store/selectors.ts";
import { FakeDns, records } from "../facts/fakes/fake-dns.ts";
import { FakeKubernetes } from "../facts/fakes/fake-kubernetes.ts";
import { buildConfig } from "../support/config.ts";
import { createAuthority } from "../support/tls.ts";
import type { State } from "./state-file.ts";

const host = "www.example.com";
export const ZONE = { id: "Z0123456789EXAMPLE01", name: "example.com", private: false };
export const NAME_SERVERS = ["ns-1.awsdns-01.org", "ns-512.awsdns-01.net"];
const BALANCER = "k8s-gatewayt-gatewayt-2ba9d7955b-2ba9d7955b2ba9d7.elb.eu-west-1.amazonaws.com";
export const names = buildNames({
  caller: { account: "123456789012" },
  cluster: { name: "demo", region: "eu-west-1" },
});

/** A cluster in a list, with its selectors and logs. Reads only. */
class StateKubernetes extends FakeKubernetes {
  readonly lines: State["logs"];

  constructor(state: State) {
    super(...state.objects);
    this.lines = state.logs;
    for (const kind of state.forbidden ?? []) this.forbidden.add(kind);
  }

  override async list(kind: ResourceKind, options: ListOptions = {}): Promise<KubernetesObject[]> {
    const { labelSelector = "", fieldSelector = "", ...place } = options;
    const found = await super.list(kind, place);
    return found.filter(
      (object) =>
        matchesLabels(object.metadata.labels ?? {}, labelSelector) &&
        matchesFields(object, fieldSelector),
    );
  }

  override async logs(query?: LogQuery): Promise<string[]> {
    if (["Pod", "pods/log"].some((what) => this.forbidden.has(what)))
      throw new UserError("GT-CLUSTER-FORBIDDEN", "pods/log may not be read.");
    const part = /name=([\w-]+)/.exec(query?.labelSelector ?? "")?.[1];
    return this.lines?.[`${query?.namespace}/${part}`] ?? this.lines?.[part ?? ""] ?? [];
  }
}

export const dnsTable = {
  "com NS": { answers: records("com", "NS", "a.gtld-servers.net.") },
  "a.gtld-servers.net A": { answers: records("a.gtld-servers.net", "A", "192.5.6.30") },
  "example.com NS @192.5.6.30": { authorities: records("example.com", "NS", ...NAME_SERVERS) },
  "example.com DS @192.5.6.30": {},
  "example.com SOA": { answers: records("example.com", "SOA", "ns-1. host. 1 7200 900 1 86400") },
  "example.com NS": { answers: records("example.com", "NS", ...NAME_SERVERS) },
  [`${NAME_SERVERS[0]} A`]: { answers: records(NAME_SERVERS[0] ?? "", "A", "198.51.100.1") },
  [`${NAME_SERVERS[1]} A`]: { answers: records(NAME_SERVERS[1] ?? "", "A", "198.51.100.2") },
  [`${host} A @198.51.100.1`]: { answers: records(host, "A", "203.0.113.10") },
  [`${host} A @198.51.100.2`]: { answers: records(host, "A", "203.0.113.10") },
  [`${host} A`]: { answers: records(host, "A", "203.0.113.10") },
  [`${BALANCER} A`]: { answers: records(BALANCER, "A", "203.0.113.10", "203.0.113.11") },
};

/** The world of one state, and what to look at in it. */
export function buildStateWorld(state: State): { world: StatusWorld; survey: Survey } {
  const objects = state.objects.map((object) => withCertificate(object, state.secretNames));
  const now = new Date(state.now ?? "2026-11-23T14:00:00Z");
  const world: StatusWorld = {
    kubernetes: new StateKubernetes({ ...state, objects }),
    resolver: new FakeDns({ ...dnsTable, ...state.dns }),
    ...awsOf(state),
    probe: probeOf(state),
    clock: { now: () => now, sleep: async () => undefined },
  };
  return { world, survey: surveyOf(state) };
}

function surveyOf(state: State): Survey {
  const config = buildConfig(state.config);
  const survey = surveyInstallation(config, names, versionSets[config.versions], ZONE.id);
  if (state.gateway === undefined) return survey;
  const [namespace = "", name = ""] = state.gateway.split("/");
  return {
    kept: false,
    gateways: [{ namespace, name }],
    gatewayClass: "",
    namespaces: {},
    serviceNamespaces: [namespace],
    zone: { id: undefined, name: "" },
    expected: {},
    targets: [],
  };
}

/** A real certificate for these names in the Secret. */
export function withCertificate(object: KubernetesObject, secretNames: string[] | undefined) {
  if (object.kind !== "Secret" || secretNames === undefined) return object;
  return { ...object, data: { "tls.crt": certificateFor(secretNames), "tls.key": "a2V5" } };
}

const certificates = new Map<string, string>();

/** Base64 of PEM; the same for the same names, for a state can have a thousand Secrets. */
function certificateFor(names: readonly string[]): string {
  const key = names.join();
  const known = certificates.get(key);
  if (known !== undefined) return known;
  const { certificate } = createAuthority().issue(names, { days: 8000 });
  const encoded = Buffer.from(certificate).toString("base64");
  certificates.set(key, encoded);
  return encoded;
}

function awsOf({ aws = {} }: State): Pick<StatusWorld, "zones" | "identity"> {
  const refuse = () => {
    if (aws.clockOff === true)
      throw new UserError("GT-AWS-CLOCK", "This machine's clock differs from AWS's.", {
        hint: "Set the clock.",
      });
    if (aws.denied === true) {
      throw new UserError("GT-AWS-CREDENTIALS-EXPIRED", "The AWS credentials have expired.", {
        hint: "aws sso login",
      });
    }
  };
  const never = async () => {
    throw new Error("status never writes to AWS");
  };
  const associations = aws.associations ?? [
    { roleArn: `arn:aws:iam::123456789012:role/${names.role}` },
  ];
  const identity: Pick<Identity, "listAssociations"> = {
    listAssociations: async () => {
      refuse();
      return associations.map(({ roleArn }) => ({
        id: "a-1",
        namespace: "external-dns",
        serviceAccount: "external-dns",
        roleArn,
        tags: {},
      }));
    },
  };
  return {
    zones: {
      list: async () => {
        refuse();
        return aws.zones ?? [ZONE];
      },
      nameServers: async () => {
        refuse();
        return aws.nameServers ?? NAME_SERVERS;
      },
      find: never,
      listRecords: never,
      deleteRecords: never,
    },
    // Status asks for associations only; anything else would be a TypeError here.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    identity: identity as Identity,
  };
}

function probeOf({ handshake = {}, http }: State): StatusWorld["probe"] {
  const fail = (words: string) =>
    new UserError(words.includes("no route") ? "GT-PROBE-NO-ROUTE" : "GT-PROBE-FAILED", words);
  return {
    get: async () => {
      if (typeof http === "string") throw fail(http);
      const redirect = { status: 301, headers: { location: `https://${host}/` } };
      return { headers: {}, body: "", ...(http ?? redirect) };
    },
    handshake: async () => {
      if (typeof handshake === "string") throw fail(handshake);
      return {
        subject: host,
        issuer: "R12",
        names: [host],
        notBefore: "2026-11-23T11:03:36Z",
        notAfter: "2027-02-21T22:33:36Z",
        fingerprint: "ab",
        trusted: true,
        untrustedReason: undefined,
        ...handshake,
      };
    },
  };
}
