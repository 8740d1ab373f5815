import type { DnsRecord } from "../../src/ports/network.ts";
import { serverAddress } from "../../src/sandbox/network/name-servers.ts";
import { describeProbe } from "../contract/network/probe-contract.ts";
import { describeResolver } from "../contract/network/resolver-contract.ts";
import { bringUpToCertificate, newSandbox } from "./bring-up.ts";
import { HOST } from "./manifests.ts";

describeResolver("the sandbox", async ({ name, nameServers, records }) => {
  const sandbox = await newSandbox();
  const { simulation } = sandbox;
  const soa = `${nameServers[0] ?? ""}. hostmaster.example.com. 1 7200 900 1209600 86400`;
  const sets = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = `${record.name} ${record.type}`;
    sets.set(key, [...(sets.get(key) ?? []), record]);
  }
  simulation.state.aws.zones = {
    Z1: {
      id: "Z1",
      name,
      private: false,
      nameServers: [...nameServers],
      records: [
        { name, type: "NS", ttlSeconds: 172_800, values: [...nameServers], visibleFrom: 0 },
        { name, type: "SOA", ttlSeconds: 900, values: [soa], visibleFrom: 0 },
        ...[...sets.values()].map(([first, ...others]) => ({
          name: first?.name ?? "",
          type: first?.type ?? "",
          ttlSeconds: 60,
          values: [first, ...others].map((one) => one?.value ?? ""),
          visibleFrom: 0,
        })),
      ],
    },
  };
  return {
    resolver: sandbox.resolver,
    zoneServer: serverAddress(simulation, nameServers[0] ?? "") ?? "",
    parentServer: serverAddress(simulation, "a.gtld-servers.net") ?? "",
    deadServer: "192.0.2.200",
    close: () => sandbox.close(),
  };
});

describeProbe("the sandbox", async () => {
  const sandbox = await newSandbox();
  const { address } = await bringUpToCertificate(sandbox);
  const { kubernetes } = await sandbox.connect(undefined, {});
  const path = "/.well-known/acme-challenge/gateway-tls-nonce";
  await kubernetes.apply([
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "rehearsal", namespace: "gateway-tls" },
      spec: {
        parentRefs: [{ name: "gateway", sectionName: "http" }],
        hostnames: [HOST],
        rules: [
          {
            matches: [{ path: { type: "Exact", value: path } }],
            filters: [{ type: "RequestRedirect", requestRedirect: { hostname: "nonce.invalid" } }],
          },
        ],
      },
    },
  ]);
  await sandbox.clock.sleep(2_000);
  return {
    probe: sandbox.probe,
    address,
    deadAddress: "192.0.2.200",
    hostname: HOST,
    page: { path: "/", body: "web" },
    redirect: { path, location: `http://nonce.invalid${path}` },
    missingPath: "/missing",
    otherHostname: "other.example.com",
    close: () => sandbox.close(),
  };
});
