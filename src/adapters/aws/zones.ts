import type { HostedZone as WireZone } from "@aws-sdk/client-route-53";
import type { HostedZone, HostedZones } from "../../ports/aws.ts";
import { ABSENT, expectField, findOrAbsent } from "./ask.ts";
import { collectPages } from "./paging.ts";
import { parseDomainName } from "./record-names.ts";
import { deleteRecordSets, listRecordSets } from "./record-sets.ts";
import type { Services } from "./services.ts";

/** An id that cannot be one at all is `InvalidInput`. */
const NO_SUCH_ZONE = [...ABSENT, "InvalidInput"];

/** Route 53's hosted zones and their records. */
export function createZones(services: Services): HostedZones {
  return {
    list: () => listZones(services),
    async find(id) {
      const reply = await findOrAbsent(readZone(services, id), NO_SUCH_ZONE);
      return reply === undefined ? undefined : toZone(expectField(reply.HostedZone, "HostedZone"));
    },
    async nameServers(id) {
      const reply = await readZone(services, id);
      return (reply.DelegationSet?.NameServers ?? []).map(parseDomainName);
    },
    listRecords: (zoneId, names) => listRecordSets(services, zoneId, names),
    deleteRecords: (zoneId, records) => deleteRecordSets(services, zoneId, records),
  };
}

/** ListHostedZonesByName would be shorter, but it has no pages and cannot tell twins apart. */
function listZones({ route53 }: Services): Promise<HostedZone[]> {
  return collectPages(async (Marker) => {
    const page = await route53(
      { action: "route53:ListHostedZones", resource: "*" },
      ({ client, sdk }) => client.send(new sdk.ListHostedZonesCommand({ Marker })),
    );
    const items = expectField(page.HostedZones, "HostedZones").map(toZone);
    return { items, marker: page.IsTruncated === true ? page.NextMarker : undefined };
  });
}

function readZone({ route53 }: Services, Id: string) {
  return route53({ action: "route53:GetHostedZone", resource: Id }, ({ client, sdk }) =>
    client.send(new sdk.GetHostedZoneCommand({ Id })),
  );
}

function toZone({ Id, Name, Config }: WireZone): HostedZone {
  return {
    id: expectField(Id, "Id").replace(/^\/hostedzone\//, ""),
    name: parseDomainName(expectField(Name, "Name")),
    private: Config?.PrivateZone ?? false,
  };
}
