import type { DnsRecord } from "../../src/ports/network.ts";
import { serverAddress } from "../../src/sandbox/network/name-servers.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { certificateText, fingerprintOf } from "../../src/sandbox/certificate-text.ts";
import { fields, list } from "../../src/sandbox/fields.ts";
import type { IssuedCertificate, ZoneState } from "../../src/sandbox/world-state.ts";
import { contractHostnames } from "../contract/network/certificates.ts";
import { describeProbe } from "../contract/network/probe-contract.ts";
import { describeResolver, type ZoneFixture } from "../contract/network/resolver-contract.ts";
import { bringUpToCertificate, newSandbox } from "./bring-up.ts";
import { gateway, HOST, route } from "./manifests.ts";

describeResolver("the sandbox", async (zones) => {
  const sandbox = await newSandbox();
  const { simulation } = sandbox;
  simulation.state.aws.zones = Object.fromEntries(zones.map((zone) => [zone.name, keep(zone)]));
  const addressOf = (server = "") => serverAddress(simulation, server) ?? "";
  return {
    resolver: sandbox.resolver,
    zoneServer: addressOf(zones[0].nameServers[0]),
    brokenServer: addressOf(zones[1].nameServers[0]),
    parentServer: addressOf("a.gtld-servers.net"),
    closedServer: "127.0.0.1",
    silentServer: "192.0.2.200",
    close: () => sandbox.close(),
  };
});

/** A zone as the world keeps it. */
function keep({ name, nameServers, records, ds }: ZoneFixture): ZoneState {
  const soa = `${nameServers[0] ?? ""}. hostmaster.example.com. 1 7200 900 1209600 86400`;
  const sets = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = `${record.name} ${record.type}`;
    sets.set(key, [...(sets.get(key) ?? []), record]);
  }
  const stored = (about: { name: string; type: string }, values: readonly string[]) => ({
    name: about.name,
    type: about.type,
    ttlSeconds: 300,
    values: [...values],
    visibleFrom: 0,
  });
  return {
    id: name,
    name,
    private: false,
    nameServers: [...nameServers],
    ...(ds === undefined ? {} : { ds }),
    records: [
      stored({ name, type: "NS" }, nameServers),
      stored({ name, type: "SOA" }, [soa]),
      ...[...sets.values()].flatMap(([first, ...others]) =>
        first === undefined
          ? []
          : [
              stored(
                first,
                [first, ...others].map(({ value }) => value),
              ),
            ],
      ),
    ],
  };
}

const CHALLENGE = "/.well-known/acme-challenge/gateway-tls-nonce";

describeProbe("the sandbox", async () => {
  const sandbox = await newSandbox();
  const { simulation } = sandbox;
  const { address } = await bringUpToCertificate(sandbox);
  const { kubernetes } = await sandbox.connect(undefined, {});
  const certificates = seedCertificates(simulation.now);
  for (const [hostname, certificate] of certificates) {
    const pem = certificateText(certificate, simulation.nextNumber());
    simulation.state.acme.certificates[fingerprintOf(pem)] = certificate;
    await kubernetes.apply([secretFor(hostname, pem)]);
  }
  const live = gateway({ https: true });
  const spec = fields(live["spec"]);
  const listeners = [...certificates.keys()].map((hostname) => listenerFor(hostname));
  const all = [...list(spec["listeners"]), ...listeners];
  await kubernetes.apply([{ ...live, spec: { ...spec, listeners: all } }, rehearsal()]);
  const shared = [HOST, ...certificates.keys()];
  await kubernetes.apply([routeFor(shared)]);
  await sandbox.clock.sleep(5_000);
  return {
    probe: sandbox.probe,
    address,
    refusingAddress: "127.0.0.1",
    silentAddress: "192.0.2.200",
    hostnames: contractHostnames,
    page: { path: "/", body: "web" },
    redirect: { path: CHALLENGE, location: `http://nonce.invalid${CHALLENGE}` },
    missingPath: "/missing",
    close: () => sandbox.close(),
  };
});

function seedCertificates(now: number): Map<string, IssuedCertificate> {
  const { trusted: name, staging, expired, mistaken, mistakenStaging } = contractHostnames;
  const dates = (startDays: number) => ({
    notBefore: new Date(now + startDays * 86_400_000).toISOString(),
    notAfter: new Date(now + (startDays + 90) * 86_400_000).toISOString(),
  });
  const good = { issuer: "R12", trusted: true, ...dates(-1) };
  const untrusted = { issuer: "(STAGING) Pretend Pear X1", trusted: false, ...dates(-1) };
  return new Map([
    [staging, { ...untrusted, names: [staging] }],
    [expired, { ...good, ...dates(-91), names: [expired] }],
    [mistaken, { ...good, names: [name] }],
    [mistakenStaging, { ...untrusted, names: [name] }],
  ]);
}

const sectionOf = (hostname: string): string => `https-${hostname.split(".")[0] ?? ""}`;

function secretFor(hostname: string, pem: string): KubernetesObject {
  const data = { "tls.crt": Buffer.from(pem).toString("base64"), "tls.key": "" };
  const metadata = { name: sectionOf(hostname), namespace: "gateway-tls" };
  return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata, data };
}

function listenerFor(hostname: string) {
  return {
    name: sectionOf(hostname),
    port: 443,
    protocol: "HTTPS",
    hostname,
    tls: { mode: "Terminate", certificateRefs: [{ name: sectionOf(hostname) }] },
    allowedRoutes: { namespaces: { from: "All" } },
  };
}

function routeFor(hostnames: readonly string[]): KubernetesObject {
  const live = route(hostnames.map(sectionOf));
  return { ...live, spec: { ...fields(live["spec"]), hostnames: [...hostnames] } };
}

function rehearsal(): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "rehearsal", namespace: "gateway-tls" },
    spec: {
      parentRefs: [{ name: "gateway", sectionName: "http" }],
      hostnames: [HOST],
      rules: [
        {
          matches: [{ path: { type: "Exact", value: CHALLENGE } }],
          filters: [{ type: "RequestRedirect", requestRedirect: { hostname: "nonce.invalid" } }],
        },
      ],
    },
  };
}
