import { createHash } from "node:crypto";
import { UsageError, UserError } from "../errors.ts";
import type { Downloads } from "../ports/world.ts";
import { buildCrdBundle } from "./charts/gateway-api-crds.ts";
import type { Simulation } from "./simulation.ts";

const UPSTREAM = "https://github.com/kubernetes-sigs/gateway-api/releases/download/";

/**
 * Answers every source that names a version of the Gateway API with a bundle of that version. The
 * bundle is a sketch of upstream's, so upstream's own URL is taken to have upstream's digest. The
 * errors are the adapter's: `GT-DOWNLOAD-SOURCE`, `GT-DOWNLOAD-FAILED`, `GT-DOWNLOAD-DIGEST`.
 */
export function createDownloads(simulation: Simulation): Downloads {
  return {
    read: async (source, sha256) => {
      simulation.clock.touch();
      await Promise.resolve();
      if (!isSource(source)) throw unsupported(source);
      const version = /v?(\d+\.\d+\.\d+)/.exec(source)?.[1];
      if (version === undefined) throw absent(source);
      // JSON documents are YAML documents.
      const text = buildCrdBundle(version)
        .map((crd) => `---\n${JSON.stringify(crd)}\n`)
        .join("");
      if (sha256 !== undefined && !source.startsWith(UPSTREAM)) verify(source, text, sha256);
      return text;
    },
  };
}

/** A path, or a URL of a scheme that can be read. */
function isSource(source: string): boolean {
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined) return true;
  return ["file", "http", "https", "oci"].includes(scheme) && URL.canParse(source);
}

function unsupported(source: string): UsageError {
  const shown = source.replace(/\/\/[^/@]*@/, "//");
  return new UsageError("GT-DOWNLOAD-SOURCE", `"${shown}" is no source that can be read.`, {
    hint: "Give a path, a file:, http: or https: URL, or oci://REGISTRY/REPOSITORY:TAG.",
  });
}

function absent(source: string): UserError {
  return new UserError(
    "GT-DOWNLOAD-FAILED",
    `Could not read ${source}: the sandbox has only Gateway API bundles, by version.`,
    { hint: "Leave --crds out in the sandbox." },
  );
}

function verify(source: string, text: string, expected: string): void {
  const found = createHash("sha256").update(text).digest("hex");
  if (found === expected.toLowerCase()) return;
  throw new UserError(
    "GT-DOWNLOAD-DIGEST",
    `${source} has the SHA-256 ${found} where ${expected.toLowerCase()} was expected.`,
    { hint: "Do not apply it. Take it from a source you trust." },
  );
}
