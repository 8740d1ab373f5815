import type { ConnectedWorld } from "../../src/ports/world.ts";

/** Every method of a port that writes. */
const WRITES = {
  kubernetes: ["apply", "patch", "delete"],
  charts: ["apply", "rollback", "uninstall"],
  identity: [
    "createPolicy",
    "updatePolicy",
    "deletePolicy",
    "createRole",
    "updateTrust",
    "attachPolicy",
    "detachPolicy",
    "deleteRole",
    "createOidcProvider",
    "deleteOidcProvider",
    "createAssociation",
    "updateAssociation",
    "deleteAssociation",
  ],
  clusters: ["createAddon", "deleteAddon"],
  zones: ["deleteRecords"],
} as const;

type Write = () => Promise<unknown>;

/** Every write goes through `carryOut`, which is told its number, from 0. */
function throughWrites(carryOut: (number: number, write: Write) => Promise<unknown>) {
  let count = 0;
  const guard = <Port extends object>(port: Port, writes: readonly string[]): Port =>
    new Proxy(port, {
      get(target, key) {
        const method: unknown = Reflect.get(target, key, target);
        if (typeof method !== "function") return method;
        if (!writes.includes(String(key))) return method.bind(target);
        return (...args: unknown[]) =>
          carryOut(count++, async () => Reflect.apply(method, target, args));
      },
    });
  return {
    count: () => count,
    through: (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      kubernetes: guard(world.kubernetes, WRITES.kubernetes),
      charts: guard(world.charts, WRITES.charts),
      identity: guard(world.identity, WRITES.identity),
      clusters: guard(world.clusters, WRITES.clusters),
      zones: guard(world.zones, WRITES.zones),
    }),
  };
}

/** Fails the write with this number (from 0), before or after it was carried out. */
export function breakWrite(number: number, when: "before" | "after") {
  const broken = new Error("killed");
  const { count, through } = throughWrites(async (mine, write) => {
    // A killed process writes nothing more.
    if (mine > number || (mine === number && when === "before")) throw broken;
    const result = await write();
    if (mine === number) throw broken;
    return result;
  });
  return { happened: () => count() > number, through };
}

/** Calls `see` before and after each write: what it finds then is what a kill would leave. */
export function seeWrites(see: (when: "before" | "after", number: number) => void) {
  return throughWrites(async (mine, write) => {
    see("before", mine);
    const result = await write();
    see("after", mine);
    return result;
  }).through;
}

/** Does something just before the write with this number (from 0), which is then carried out. */
export function atWrite(number: number, act: () => void) {
  const { count, through } = throughWrites(async (mine, write) => {
    if (mine === number) act();
    return write();
  });
  return { happened: () => count() > number, through };
}
