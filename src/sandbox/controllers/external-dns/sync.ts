import { isDeepStrictEqual } from "node:util";
import type { ResourceRecordSet } from "../../../ports/aws.ts";
import { isSameSet } from "../../aws/hosted-zones.ts";
import { isWithin } from "../../network/zone-answers.ts";
import type { Simulation } from "../../simulation.ts";
import type { StoredRecord, StoredRole, ZoneState } from "../../world-state.ts";
import { type RunningRelease, runningReleases } from "../releases.ts";
import { type Arguments, argumentsOf } from "./arguments.ts";
import { authorize, credentialsOf } from "./credentials.ts";
import { endpointsOf } from "./endpoints.ts";
import { recordsOf } from "./records.ts";

const PROPAGATION_MS = 12_000;
const SLOW_PROPAGATION_MS = 240_000;
/** `--min-event-sync-interval`. */
const EVENT_SYNC_MS = 5_000;

/** ExternalDNS: compares accepted routes with the zone, on events and at every interval. */
export function externalDns(simulation: Simulation): void {
  for (const running of runningReleases(simulation, "external-dns")) {
    const { uid = "" } = running.pod.metadata;
    const args = argumentsOf(running.pod);
    const next = `${uid}/next-sync`;
    if (!simulation.after(next, 500)) continue;
    const failing = simulation.dueAt(`${uid}/soft-errors`) !== undefined;
    const first = simulation.dueAt(`${uid}/synced`) === undefined;
    const refused = "denied" in credentialsOf(simulation, running.pod);
    const idle = !first && !failing && !refused;
    if (idle && plannedChanges(simulation, running, args).length === 0) continue;
    synchronize(simulation, running, args);
    const failed = simulation.dueAt(`${uid}/soft-errors`) !== undefined;
    simulation.forget(next);
    simulation.after(next, args.events && !failed ? EVENT_SYNC_MS : args.intervalMs);
  }
}

interface Change {
  zone: ZoneState;
  upsert: ResourceRecordSet[];
  remove: StoredRecord[];
}

function synchronize(simulation: Simulation, running: RunningRelease, args: Arguments): void {
  const { uid = "" } = running.pod.metadata;
  simulation.after(`${uid}/synced`, 0);
  try {
    const credentials = credentialsOf(simulation, running.pod);
    if ("denied" in credentials) throw new Error(credentials.denied);
    const { role } = credentials;
    authorizeReads(simulation, role, zonesFor(simulation, args));
    const changes = plannedChanges(simulation, running, args);
    for (const change of changes) carryOut(simulation, running, role, change);
    simulation.forget(`${uid}/soft-errors`);
    if (changes.length === 0)
      log(simulation, running, "info", "All records are already up to date");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    logSoftError(simulation, running, error.message);
  }
}

/** The count of soft errors is kept beside the timers: it is forgotten with the Pod. */
function logSoftError(simulation: Simulation, running: RunningRelease, why: string): void {
  const { timers } = simulation.state;
  const key = `${running.pod.metadata.uid ?? ""}/soft-errors`;
  const count = (timers[key] ?? 0) + 1;
  timers[key] = count;
  const counted = running.minor < 16 ? "" : ` (consecutive soft errors: ${count})`;
  const text = `Failed to do run once: soft error\nrecords retrieval failed: failed to list hosted zones: ${why}${counted}`;
  log(simulation, running, "error", text);
}

function authorizeReads(
  simulation: Simulation,
  role: StoredRole,
  zones: readonly ZoneState[],
): void {
  authorize(simulation, role, { action: "route53:ListHostedZones", resource: "*" });
  for (const { id } of zones) {
    const resource = `arn:aws:route53:::hostedzone/${id}`;
    authorize(simulation, role, { action: "route53:ListResourceRecordSets", resource });
  }
}

function zonesFor({ state }: Simulation, args: Arguments): ZoneState[] {
  return Object.values(state.aws.zones)
    .filter(({ id }) => args.zoneIds.length === 0 || args.zoneIds.includes(id))
    .filter((zone) => args.zoneType !== "public" || !zone.private)
    .filter(
      ({ name }) =>
        args.domainFilters.length === 0 ||
        args.domainFilters.some((filter) => isWithin(name, filter)),
    );
}

function plannedChanges(
  simulation: Simulation,
  { minor }: RunningRelease,
  args: Arguments,
): Change[] {
  const endpoints = endpointsOf(simulation, args);
  return zonesFor(simulation, args).flatMap((zone) => {
    const inZone = endpoints.filter(({ name }) => isWithin(name, zone.name));
    const upsert = inZone
      .filter(({ name }) => isOursOrFree(zone, name, args))
      .flatMap((endpoint) => recordsOf(endpoint, args, minor))
      .filter(({ name }) => isWithin(name, zone.name))
      .filter((record) => !isThere(zone, record));
    const remove = args.policy === "sync" ? staleRecords(zone, inZone, args) : [];
    return upsert.length + remove.length === 0 ? [] : [{ zone, upsert, remove }];
  });
}

function isThere(zone: ZoneState, wanted: ResourceRecordSet): boolean {
  return zone.records.some(({ visibleFrom: _, ...stored }) => isDeepStrictEqual(stored, wanted));
}

/** A name that has records without our owner's TXT is left alone. */
function isOursOrFree(zone: ZoneState, name: string, args: Arguments): boolean {
  const sets = zone.records.filter((record) => record.name === name);
  const hasRecords = sets.some(({ type }) => ["A", "AAAA", "CNAME"].includes(type));
  return !hasRecords || ownedNames(zone, args).has(name);
}

/** The hosts that TXT records of our owner name. */
function ownedNames(zone: ZoneState, args: Arguments): Set<string> {
  const owner = `external-dns/owner=${args.txtOwnerId},`;
  const ours = zone.records.filter(
    ({ type, values }) => type === "TXT" && values.some((value) => value.includes(owner)),
  );
  const prefixes = ["a", "aaaa", "cname"].map((type) =>
    args.txtPrefix.includes("%{record_type}")
      ? args.txtPrefix.replace("%{record_type}", type)
      : `${args.txtPrefix}${type}-`,
  );
  return new Set(
    ours.flatMap(({ name }) =>
      prefixes.flatMap((prefix) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
    ),
  );
}

function staleRecords(
  zone: ZoneState,
  wanted: readonly { name: string }[],
  args: Arguments,
): StoredRecord[] {
  const kept = new Set(wanted.map(({ name }) => name));
  const stale = [...ownedNames(zone, args)].filter((name) => !kept.has(name));
  const owner = `external-dns/owner=${args.txtOwnerId},`;
  return zone.records.filter(({ name, type, values }) =>
    type === "TXT"
      ? values.some((value) => value.includes(owner)) && stale.some((host) => name.endsWith(host))
      : stale.includes(name) && ["A", "AAAA", "CNAME"].includes(type),
  );
}

function carryOut(
  simulation: Simulation,
  running: RunningRelease,
  role: StoredRole,
  { zone, upsert, remove }: Change,
): void {
  const all = [...upsert, ...remove];
  authorize(simulation, role, {
    action: "route53:ChangeResourceRecordSets",
    resource: `arn:aws:route53:::hostedzone/${zone.id}`,
    context: {
      "route53:ChangeResourceRecordSetsRecordTypes": [...new Set(all.map(({ type }) => type))],
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": all.map(({ name }) => name),
      "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
    },
  });
  const delay = simulation.hasFault("slow-dns") ? SLOW_PROPAGATION_MS : PROPAGATION_MS;
  const visibleFrom = simulation.now + delay;
  for (const { name, type } of upsert) {
    log(
      simulation,
      running,
      "info",
      `Desired change: UPSERT ${name} ${type} profile=default zoneID=/hostedzone/${zone.id} zoneName=${zone.name}.`,
    );
  }
  zone.records = [
    ...zone.records.filter(
      (stored) => !remove.includes(stored) && !upsert.some((record) => isSameSet(stored, record)),
    ),
    ...upsert.map((record) => ({ ...record, visibleFrom })),
  ];
  simulation.notice();
  log(simulation, running, "info", `${all.length} record(s) were successfully updated`);
}

function log(
  simulation: Simulation,
  { pod }: RunningRelease,
  level: string,
  message: string,
): void {
  const time = simulation.store.timestamp();
  simulation.log(pod, `time="${time}" level=${level} msg=${JSON.stringify(message)}`);
}
