import { findNameServers, readZoneAnswers } from "../../facts/zone-answers.ts";
import type { ResourceRecordSet } from "../../ports/aws.ts";
import type { Step, StepContext } from "../step.ts";
import { tryUntil } from "../wait.ts";
import { findRecords } from "./foreign-records.ts";

const id = "dns-record";

/**
 * The records that ExternalDNS wrote for us: with `upsert-only` it never deletes, so we do, and
 * only those whose TXT names our owner. One that a last sync of ExternalDNS writes again is deleted
 * again, until the zone's own servers do not answer with it any more.
 */
export const recordRemoval: Step = {
  id,
  title: "DNS records",
  after: ["routes"],
  async inspect(context) {
    const records = await findRecords(context);
    return records.map(({ record: { name, type }, reason }) => ({
      step: id,
      kind: "DNS record",
      name: `${name} ${type}`,
      ...(reason === undefined ? { intent: "delete" } : { intent: "keep", reason }),
    }));
  },
  async apply(context) {
    const { world, plan } = context;
    const servers = await findNameServers(world, plan.environment.zone.id);
    const gone = new Set<string>();
    await tryUntil(
      context,
      {
        what: "Removing the DNS records",
        code: "GT-DNS-RECORD-TIMEOUT",
        hint: "See who writes the record again, then run the same command: it goes on from here.",
      },
      async () => {
        const records = await findGoing(context);
        if (records.length > 0) {
          await world.zones.deleteRecords(plan.environment.zone.id, records);
          for (const name of namesOf(records)) gone.add(name);
          return { waiting: `deleted ${namesOf(records).join(", ")}` };
        }
        for (const name of gone) {
          const { addresses } = await readZoneAnswers(world.resolver, servers, name);
          if (addresses.length > 0) return { waiting: `${name} is still answered by the zone` };
        }
        return { done: true };
      },
    );
  },
};

async function findGoing(context: StepContext): Promise<ResourceRecordSet[]> {
  const all = await findRecords(context);
  return all.flatMap(({ record, reason }) => (reason === undefined ? [record] : []));
}

/** Names with an address of ours. */
const namesOf = (records: readonly ResourceRecordSet[]): string[] => [
  ...new Set(records.filter(({ type }) => type !== "TXT").map(({ name }) => name)),
];
