import { UserError } from "../errors.ts";
import type { Downloads } from "../ports/world.ts";
import { buildCrdBundle } from "./charts/gateway-api-crds.ts";
import type { Simulation } from "./simulation.ts";

/**
 * Answers every source that names a version of the Gateway API with a bundle of that version. The
 * bundle is a sketch of upstream's, so its digest can never be upstream's: `sha256` is not looked
 * at here; that it is checked is for the real adapter to hold.
 */
export function createDownloads(simulation: Simulation): Downloads {
  return {
    read: async (source) => {
      simulation.clock.touch();
      await Promise.resolve();
      const version = /v?(\d+\.\d+\.\d+)/.exec(source)?.[1];
      if (version === undefined) {
        throw new UserError(
          "GT-DOWNLOAD-FAILED",
          `${source} cannot be read: the sandbox has only Gateway API bundles, by version.`,
          { hint: "Leave --crds out in the sandbox." },
        );
      }
      // JSON documents are YAML documents.
      return buildCrdBundle(version)
        .map((crd) => `---\n${JSON.stringify(crd)}\n`)
        .join("");
    },
  };
}
