import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, list } from "../../../src/sandbox/fields.ts";
import { keyOf, readState, type State } from "../../checks/state-file.ts";
import { NAME_SERVERS } from "../../checks/state-world.ts";
import { records } from "../../facts/fakes/fake-dns.ts";

/** A Gateway has 64 listeners at most, and one of them is for port 80. */
const HOSTS_EACH = 63;
const OWN = "www.example.com";
const GATEWAY = "Gateway gateway-tls/gateway-tls";
const ROUTE = `HTTPRoute gateway-tls-sample/${OWN}`;
const PER_HOST = [`Certificate gateway-tls/${OWN}-tls`, `Secret gateway-tls/${OWN}-tls`, ROUTE];

/** So many healthy hosts over several Gateways that somebody made by hand. */
export function buildManyHosts(count: number): { state: State; gateways: string[] } {
  const healthy = readState("healthy");
  const find = (key: string): KubernetesObject => {
    const found = healthy.objects.find((object) => keyOf(object) === key);
    if (found === undefined) throw new Error(`the healthy state has no ${key}`);
    return found;
  };
  const hosts = Array.from({ length: count }, (_, index) => `h${index + 1}.example.com`);
  const groups = Array.from({ length: Math.ceil(count / HOSTS_EACH) }, (_, index) => ({
    gateway: `edge-${index + 1}`,
    hosts: hosts.slice(index * HOSTS_EACH, (index + 1) * HOSTS_EACH),
  }));
  const made = groups.flatMap(({ gateway, hosts }) => [
    copyGateway(find(GATEWAY), gateway, hosts),
    ...hosts.flatMap((host) => PER_HOST.map((key) => copy(find(key), host, gateway))),
  ]);
  const shared = healthy.objects
    .filter(({ kind }) => kind !== "Gateway" && kind !== "ConfigMap")
    .map(lookAtEveryGateway);
  const state: State = {
    ...healthy,
    name: `${count}-hosts`,
    objects: [...shared, ...made],
    handshake: { names: ["*.example.com"] },
    secretNames: ["*.example.com"],
    http: { status: 200 },
    dns: Object.fromEntries(hosts.flatMap(answersFor)),
  };
  return { state, gateways: groups.map(({ gateway }) => `gateway-tls/${gateway}`) };
}

/** The same of another host and Gateway; the API server gives it a uid of its own. */
function copy(object: KubernetesObject, host: string, gateway: string): KubernetesObject {
  const text = JSON.stringify(object)
    .replaceAll(OWN, host)
    .replaceAll('"name":"gateway-tls"', `"name":"${gateway}"`);
  const copied: KubernetesObject = JSON.parse(text);
  const { uid: _, ...metadata } = copied.metadata;
  return { ...copied, metadata };
}

function copyGateway(
  { metadata, spec, status, ...rest }: KubernetesObject,
  name: string,
  hosts: readonly string[],
): KubernetesObject {
  const { uid: _, ...kept } = metadata;
  const repeat = (where: unknown) => {
    const [http, own] = list(at(where, "listeners"));
    const each: unknown[] = hosts.map((host) =>
      JSON.parse(JSON.stringify(own).replaceAll(OWN, host)),
    );
    return { ...fields(where), listeners: [http, ...each] };
  };
  return { ...rest, metadata: { ...kept, name }, spec: repeat(spec), status: repeat(status) };
}

/** ExternalDNS without the filter for the one Gateway that an installation has. */
function lookAtEveryGateway(object: KubernetesObject): KubernetesObject {
  if (keyOf(object) !== "Deployment external-dns/external-dns") return object;
  return JSON.parse(JSON.stringify(object).replace(',"--gateway-name=gateway-tls"', ""));
}

function answersFor(host: string): [string, NonNullable<State["dns"]>[string]][] {
  const answer = { answers: records(host, "A", "203.0.113.10") };
  const servers = NAME_SERVERS.map((_, index) => ` @198.51.100.${index + 1}`);
  return ["", ...servers].map((where) => [`${host} A${where}`, answer]);
}
