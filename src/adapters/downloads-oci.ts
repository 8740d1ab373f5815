import { createHash } from "node:crypto";
import * as v from "valibot";
import { UsageError, UserError } from "../errors.ts";
import { fetchBody, fetchBytes, mirrorHint, statusFailure } from "./downloads-http.ts";
import type { FetchOptions } from "./downloads-http.ts";

type Context = Omit<FetchOptions, "headers">;

interface Reference {
  registry: string;
  repository: string;
  /** A tag or a digest: what the manifest is asked by. */
  version: string;
  digest: string | undefined;
}

const accepted = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const descriptor = v.object({ digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)) });
const manifestSchema = v.object({
  layers: v.optional(v.array(descriptor), []),
  manifests: v.optional(v.array(descriptor), []),
});
const tokenSchema = v.object({
  token: v.optional(v.string()),
  access_token: v.optional(v.string()),
});

/**
 * The first layer of an OCI artifact, as `oras push REGISTRY/REPOSITORY:TAG file.yaml` makes it
 * (OCI distribution-spec 1.1). Anonymous: with a token where the registry hands one out. Throws
 * `GT-DOWNLOAD-SOURCE`, `GT-DOWNLOAD-FAILED` and `GT-DOWNLOAD-DIGEST`.
 */
export async function readArtifact(source: string, context: Context): Promise<Buffer> {
  const reference = parseReference(source);
  const pull = createPull(reference, context);
  const manifest = await readManifest(reference, pull);
  const layer = manifest.layers[0];
  if (layer === undefined) throw unusable(source, "it has no layer");
  const body = await pull(`blobs/${layer.digest}`);
  verifyDigest(source, body, layer.digest);
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  if (isGzip) throw unusable(source, "its first layer is an archive, where plain YAML is needed");
  return body;
}

type Pull = (path: string) => Promise<Buffer>;

async function readManifest(reference: Reference, pull: Pull, depth = 0) {
  const source = formatReference(reference);
  const bytes = await pull(`manifests/${reference.version}`);
  if (reference.digest !== undefined) verifyDigest(source, bytes, reference.digest);
  const manifest = parseJson(manifestSchema, bytes);
  if (manifest === undefined) throw unusable(source, "its manifest is not what OCI says");
  const [first] = manifest.manifests;
  if (first === undefined || depth > 0) return manifest;
  const inner = { ...reference, version: first.digest, digest: first.digest };
  return readManifest(inner, pull, depth + 1);
}

function createPull({ registry, repository }: Reference, context: Context): Pull {
  let authorization: Record<string, string> = {};
  // Registries on this machine speak plain HTTP, as for docker and oras.
  const scheme = isLoopback(registry) ? "http" : "https";
  return async (path) => {
    const url = new URL(`${scheme}://${registry}/v2/${repository}/${path}`);
    const get = () =>
      fetchBytes(url, { ...context, headers: { Accept: accepted, ...authorization } });
    let fetched = await get();
    const challenge = fetched.headers["www-authenticate"];
    if (fetched.status === 401 && challenge !== undefined) {
      const token = await findToken(challenge, registry, repository, context);
      if (token !== undefined) {
        authorization = { Authorization: `Bearer ${token}` };
        fetched = await get();
      }
    }
    if (fetched.status !== 200) throw statusFailure(fetched);
    return fetched.body;
  };
}

async function findToken(
  challenge: string,
  registry: string,
  repository: string,
  context: Context,
): Promise<string | undefined> {
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const realm = fields["realm"] ?? "";
  if (!/^bearer /i.test(challenge) || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (url.protocol !== "https:" && !(isLoopback(registry) && isLoopback(url.host)))
    return undefined;
  if (fields["service"] !== undefined) url.searchParams.set("service", fields["service"]);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const answer = parseJson(tokenSchema, await fetchBody(url, context));
  return answer?.token ?? answer?.access_token;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}

const pattern =
  /^oci:\/\/(?<registry>[\w.-]+(?::\d+)?)\/(?<repository>[a-z\d]+(?:[._/-]+[a-z\d]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

function parseReference(source: string): Reference {
  const { registry, repository, tag, digest } = pattern.exec(source)?.groups ?? {};
  const version = digest ?? tag;
  if (registry === undefined || repository === undefined || version === undefined) {
    throw new UsageError(
      "GT-DOWNLOAD-SOURCE",
      `"${source}" is not an OCI reference with a version.`,
      {
        hint: "Write oci://REGISTRY/REPOSITORY:TAG, oci://REGISTRY/REPOSITORY@sha256:DIGEST, or both.",
      },
    );
  }
  return { registry, repository, version, digest };
}

function formatReference({ registry, repository, version }: Reference): string {
  return `oci://${registry}/${repository}${version.includes(":") ? "@" : ":"}${version}`;
}

function verifyDigest(source: string, bytes: Buffer, digest: string): void {
  const found = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (found === digest) return;
  throw new UserError("GT-DOWNLOAD-DIGEST", `${source} is ${found} where ${digest} was expected.`, {
    hint: "Do not go on: the registry sent something else. Find out why, or use a source you trust.",
  });
}

function unusable(source: string, why: string): UserError {
  return new UserError("GT-DOWNLOAD-FAILED", `Could not read ${source}: ${why}.`, {
    hint: `${mirrorHint} An artifact is made with: oras push REGISTRY/REPOSITORY:TAG file.yaml`,
  });
}

function parseJson<const S extends v.GenericSchema>(
  schema: S,
  bytes: Buffer,
): v.InferOutput<S> | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(bytes.toString("utf8")));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
