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

/** Fails the write with this number (from 0), before or after it was carried out. */
export function breakWrite(number: number, when: "before" | "after") {
  let count = 0;
  const broken = new Error("killed");
  const guard = <Port extends object>(port: Port, writes: readonly string[]): Port =>
    new Proxy(port, {
      get(target, key) {
        const method: unknown = Reflect.get(target, key, target);
        if (typeof method !== "function") return method;
        if (!writes.includes(String(key))) return method.bind(target);
        return async (...args: unknown[]) => {
          // A killed process writes nothing more.
          if (count > number) throw broken;
          const mine = count++ === number;
          if (mine && when === "before") throw broken;
          const result: unknown = await Reflect.apply(method, target, args);
          if (mine) throw broken;
          return result;
        };
      },
    });
  return {
    happened: () => count > number,
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
