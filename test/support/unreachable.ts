import { UserError } from "../../src/errors.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";

/** The probe of one host never gets through. */
export const unreachable =
  (hostname: string) =>
  (world: ConnectedWorld): ConnectedWorld => ({
    ...world,
    probe: {
      ...world.probe,
      get: (target) =>
        target.hostname === hostname
          ? Promise.reject(new UserError("GT-PROBE-FAILED", "connect timed out"))
          : world.probe.get(target),
    },
  });
