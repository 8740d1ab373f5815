import { createResolver } from "../../../src/adapters/dns.ts";
import { referTo, resolveZones, serveZones, startDnsServer } from "../../support/dns-server.ts";
import { describeResolver } from "./resolver-contract.ts";

describeResolver("over sockets", async (zones) => {
  const [zone, broken] = zones;
  const servers = {
    recursive: await startDnsServer(resolveZones(zones)),
    zone: await startDnsServer(serveZones([zone])),
    broken: await startDnsServer(serveZones([broken])),
    parent: await startDnsServer(referTo(zones)),
    silent: await startDnsServer(() => undefined),
  };
  const closed = await startDnsServer(() => undefined);
  await closed.close();
  const ports = new Map([
    ["192.0.2.1", servers.zone.port],
    ["192.0.2.2", servers.broken.port],
    ["192.0.2.3", servers.parent.port],
    ["192.0.2.4", servers.silent.port],
    ["192.0.2.5", closed.port],
  ]);
  return {
    resolver: createResolver({
      systemServers: [`127.0.0.1:${servers.recursive.port}`],
      timeoutMs: 500,
      locate: (address) => ({ address: "127.0.0.1", port: ports.get(address) ?? 1 }),
    }),
    zoneServer: "192.0.2.1",
    brokenServer: "192.0.2.2",
    parentServer: "192.0.2.3",
    silentServer: "192.0.2.4",
    closedServer: "192.0.2.5",
    close: async () => {
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
});
