import { findOwnedRecords } from "../../facts/owned-records.ts";
import { listRegistryNames } from "../../facts/records.ts";
import type { ResourceRecordSet } from "../../ports/aws.ts";
import { readGatewayUse } from "./gateway-use.ts";
import type { RemovalContext } from "./removal.ts";

/** A record set of one of our names, as Route 53 has it. */
export interface DoomedRecord {
  record: ResourceRecordSet;
  /** Why it stays; without a reason it goes. */
  reason: string | undefined;
}

/**
 * What ExternalDNS wrote for our Gateway, with hosts that leave only theirs. What it wrote for a
 * route of others stays.
 */
export async function findRecords(context: RemovalContext): Promise<DoomedRecord[]> {
  const { plan, world } = context;
  // The zone itself may be gone, and every record with it.
  if (plan.environment.zone.id === "") return [];
  const leaving = plan.leaving?.map(({ host }) => host.hostname);
  const [records, { hostnames }] = await Promise.all([
    findOwnedRecords(world.zones, {
      zoneId: plan.environment.zone.id,
      owner: plan.names.txtOwner,
      ...(leaving === undefined ? {} : { hostnames: leaving }),
    }),
    readGatewayUse(context),
  ]);
  const reasons = new Map(
    [...hostnames].flatMap(([hostname, reason]) =>
      [hostname, ...listRegistryNames(hostname)].map((name) => [name, reason] as const),
    ),
  );
  return records.map((record) => ({ record, reason: reasons.get(record.name) }));
}

/** Those that stay. */
export async function findKeptRecords(context: RemovalContext): Promise<ResourceRecordSet[]> {
  const all = await findRecords(context);
  return all.flatMap(({ record, reason }) => (reason === undefined ? [] : [record]));
}
