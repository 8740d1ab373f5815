import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describeFileFailure, UsageError, UserError } from "../errors.ts";
import type { Downloads } from "../ports/world.ts";
import { fetchBody, mirrorHint } from "./downloads-http.ts";
import type { Environment } from "./proxy-agent.ts";

export interface DownloadOptions {
  /** For HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  env: Environment;
  /** How long one request may take. */
  timeoutMs?: number;
}

const limit = 16 * 2 ** 20;

/** Paths, `file:`, `http(s):` and `oci:`, up to 16 MiB. */
export function createDownloads({ env, timeoutMs = 60_000 }: DownloadOptions): Downloads {
  return {
    async read(source, sha256) {
      const bytes = await readSource(source, { env, timeoutMs, limit });
      if (sha256 !== undefined) verifySha256(source, bytes, sha256);
      return decode(source, bytes);
    },
  };
}

async function readSource(
  source: string,
  context: { env: Environment; timeoutMs: number; limit: number },
): Promise<Buffer> {
  const scheme = /^(?<scheme>[a-z][a-z\d+.-]+):/i.exec(source)?.groups?.["scheme"]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return readLocal(source);
    case "file":
      return readLocal(parseFileUrl(source));
    case "http":
    case "https":
      if (!URL.canParse(source)) throw unsupported(source);
      return fetchBody(new URL(source), context);
    case "oci": {
      const { readArtifact } = await import("./downloads-oci.ts");
      return readArtifact(source, context);
    }
    default:
      throw unsupported(source);
  }
}

async function readLocal(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > limit) throw new Error(`it is larger than ${limit / 2 ** 20} MiB`);
    return await readFile(path);
  } catch (error) {
    throw new UserError(
      "GT-DOWNLOAD-FAILED",
      `Could not read ${path}: ${describeFileFailure(error)}.`,
      {
        hint: "Check the path and its permissions.",
        cause: error,
      },
    );
  }
}

function parseFileUrl(source: string): string {
  try {
    return fileURLToPath(source);
  } catch {
    throw unsupported(source);
  }
}

function unsupported(source: string): UsageError {
  const shown = URL.canParse(source) ? withoutCredentials(source) : source;
  return new UsageError("GT-DOWNLOAD-SOURCE", `"${shown}" is no source that can be read.`, {
    hint: "Give a path, a file:, http: or https: URL, or oci://REGISTRY/REPOSITORY:TAG.",
  });
}

function withoutCredentials(source: string): string {
  const url = new URL(source);
  url.username = "";
  url.password = "";
  return url.href;
}

function verifySha256(source: string, bytes: Buffer, expected: string): void {
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found === expected.toLowerCase()) return;
  const shown = URL.canParse(source) ? withoutCredentials(source) : source;
  throw new UserError(
    "GT-DOWNLOAD-DIGEST",
    `${shown} has the SHA-256 ${found} where ${expected.toLowerCase()} was expected.`,
    {
      hint: "Do not apply it. Find out what changed it on the way, or take it from a source you trust.",
    },
  );
}

function decode(source: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const shown = URL.canParse(source) ? withoutCredentials(source) : source;
    throw new UserError("GT-DOWNLOAD-FAILED", `Could not read ${shown}: it is not UTF-8 text.`, {
      hint: mirrorHint,
      cause: error,
    });
  }
}
