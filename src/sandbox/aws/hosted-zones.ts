import { isDeepStrictEqual } from "node:util";
import type { HostedZone, HostedZones, ResourceRecordSet } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { AwsState, StoredRecord, ZoneState } from "../world-state.ts";
import type { Enter } from "./account.ts";
import { recordChanged, zoneNotFound } from "./errors.ts";

/** Route 53 over the simulated account. */
export function createHostedZones(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): HostedZones {
  const { aws } = simulation.state;
  return {
    list: async () => {
      await enter();
      return Object.values(aws.zones).map(shownZone);
    },
    find: async (id) => {
      await enter();
      const zone = aws.zones[id];
      return zone === undefined ? undefined : shownZone(zone);
    },
    nameServers: async (id) => {
      await enter();
      return [...zoneOf(aws, id).nameServers];
    },
    listRecords: async (zoneId, names) => {
      await enter();
      const wanted = names?.map((name) => name.toLowerCase().replace(/\.$/, ""));
      return zoneOf(aws, zoneId)
        .records.filter(({ name }) => wanted === undefined || wanted.includes(name))
        .map(shownRecord);
    },
    deleteRecords: async (zoneId, records) => {
      await enter();
      if (deleteExactly(zoneOf(aws, zoneId), records)) onWrite();
    },
  };
}

function zoneOf(aws: AwsState, id: string): ZoneState {
  const zone = aws.zones[id];
  if (zone === undefined) throw zoneNotFound(id);
  return zone;
}

/** All or nothing; `true` when there was something to delete. */
function deleteExactly(zone: ZoneState, records: readonly ResourceRecordSet[]): boolean {
  for (const record of records) refuseChanged(zone, record);
  const rest = zone.records.filter(
    (stored) => !records.some((record) => isSameSet(stored, record)),
  );
  if (rest.length === zone.records.length) return false;
  zone.records = rest;
  return true;
}

/** Route 53 deletes a record set only when it is exactly as given; an absent one is fine. */
function refuseChanged(zone: ZoneState, given: ResourceRecordSet): void {
  const live = zone.records.find((stored) => isSameSet(stored, given));
  if (live === undefined) return;
  if (!isDeepStrictEqual(shownRecord(live), given)) throw recordChanged(given.name, given.type);
}

/** Route 53 tells record sets apart by these three; their values are not looked at. */
export function isSameSet(
  a: Pick<ResourceRecordSet, "name" | "type" | "setIdentifier">,
  b: Pick<ResourceRecordSet, "name" | "type" | "setIdentifier">,
): boolean {
  return a.name === b.name && a.type === b.type && a.setIdentifier === b.setIdentifier;
}

function shownZone({ id, name, private: isPrivate }: ZoneState): HostedZone {
  return { id, name, private: isPrivate };
}

function shownRecord({ visibleFrom: _, ...record }: StoredRecord): ResourceRecordSet {
  return structuredClone(record);
}
