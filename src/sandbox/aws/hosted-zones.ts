import { UserError } from "../../errors.ts";
import type { HostedZone, HostedZones, ResourceRecordSet } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { StoredRecord, ZoneState } from "../world-state.ts";
import type { Enter } from "./account.ts";

/** Route 53 over the simulated account. */
export function createHostedZones(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): HostedZones {
  const { zones } = simulation.state.aws;
  const need = (id: string): ZoneState => {
    const zone = zones[id];
    if (zone !== undefined) return zone;
    throw new UserError("GT-AWS-NO-ZONE", `NoSuchHostedZone: No hosted zone found with ID: ${id}.`);
  };
  return {
    list: async () => {
      await enter();
      return Object.values(zones).map(shownZone);
    },
    find: async (id) => {
      await enter();
      const zone = zones[id];
      return zone === undefined ? undefined : shownZone(zone);
    },
    nameServers: async (id) => {
      await enter();
      return [...need(id).nameServers];
    },
    listRecords: async (zoneId, names) => {
      await enter();
      return need(zoneId)
        .records.filter(({ name }) => names === undefined || names.includes(name))
        .map(shownRecord);
    },
    deleteRecords: async (zoneId, records) => {
      await enter();
      const zone = need(zoneId);
      const rest = zone.records.filter(
        (stored) => !records.some((record) => isSameSet(stored, record)),
      );
      if (rest.length === zone.records.length) return;
      zone.records = rest;
      simulation.notice();
      onWrite();
    },
  };
}

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
