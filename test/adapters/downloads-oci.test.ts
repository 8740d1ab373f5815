import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { createDownloads } from "../../src/adapters/downloads.ts";
import { closeServer, listen } from "../support/listen.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const digestOf = (bytes: string | Buffer) =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A registry with one repository, `crds/gateway-api`; what is put in gets its digest. */
async function startRegistry(options: { token?: string } = {}) {
  const content = new Map<string, string | Buffer>();
  const requests: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    requests.push(`${url.pathname}${url.search}`);
    if (url.pathname === "/token") {
      response.end(JSON.stringify({ token: options.token }));
    } else if (
      options.token !== undefined &&
      request.headers.authorization !== `Bearer ${options.token}`
    ) {
      const realm = `Bearer realm="${url.origin}/token",service="registry.test"`;
      response.writeHead(401, { "www-authenticate": realm }).end();
    } else {
      const found = content.get(url.pathname.replace("/v2/crds/gateway-api/", ""));
      response.writeHead(found === undefined ? 404 : 200).end(found);
    }
  };
  const server = createServer(handle);
  const port = await listen(server);
  cleanups.push(() => closeServer(server));
  const put = (kind: "manifests" | "blobs", bytes: string | Buffer, tag = digestOf(bytes)) => {
    content.set(`${kind}/${tag}`, bytes);
    return digestOf(bytes);
  };
  return { reference: `oci://127.0.0.1:${port}/crds/gateway-api`, requests, content, put };
}

type Registry = Awaited<ReturnType<typeof startRegistry>>;

function push(registry: Registry, layer: string | Buffer, tag?: string): string {
  const digest = registry.put("blobs", layer);
  return registry.put("manifests", JSON.stringify({ layers: [{ digest }] }), tag);
}

const downloads = createDownloads({ env: {} });

test("reads the first layer by tag, by digest and by both", async () => {
  const registry = await startRegistry();
  push(registry, "kind: A\n", "v1.5.1");
  const digest = push(registry, "kind: A\n");
  expect(await downloads.read(`${registry.reference}:v1.5.1`)).toBe("kind: A\n");
  expect(await downloads.read(`${registry.reference}@${digest}`)).toBe("kind: A\n");
  expect(await downloads.read(`${registry.reference}:v1.5.1@${digest}`)).toBe("kind: A\n");
});

test("goes through an index", async () => {
  const registry = await startRegistry();
  const digest = push(registry, "kind: A\n");
  registry.put("manifests", JSON.stringify({ manifests: [{ digest }] }), "v1");
  expect(await downloads.read(`${registry.reference}:v1`)).toBe("kind: A\n");
});

test("takes the token that the registry hands out, once", async () => {
  const registry = await startRegistry({ token: "anonymous-1" });
  push(registry, "kind: A\n", "v1");
  expect(await downloads.read(`${registry.reference}:v1`)).toBe("kind: A\n");
  const scope = "scope=repository%3Acrds%2Fgateway-api%3Apull";
  expect(registry.requests.filter((path) => path.startsWith("/token"))).toEqual([
    `/token?service=registry.test&${scope}`,
  ]);
});

test("refuses what does not have its digest", async () => {
  const registry = await startRegistry();
  const digest = push(registry, "kind: A\n", "v1");
  const blob = digestOf("kind: A\n");
  registry.content.set(`blobs/${blob}`, "kind: B\n");
  await expect(downloads.read(`${registry.reference}:v1`)).rejects.toMatchObject({
    code: "GT-DOWNLOAD-DIGEST",
    message: expect.stringContaining(blob),
  });
  registry.content.set(`manifests/${digest}`, "{}");
  await expect(downloads.read(`${registry.reference}@${digest}`)).rejects.toMatchObject({
    code: "GT-DOWNLOAD-DIGEST",
  });
});

test("says what it cannot use", async () => {
  const registry = await startRegistry();
  push(registry, gzipSync("kind: A\n"), "archive");
  registry.put("manifests", "{}", "empty");
  registry.put("manifests", "<html>", "strange");
  const read = (tag: string) => downloads.read(`${registry.reference}:${tag}`);
  await expect(read("archive")).rejects.toMatchObject({
    code: "GT-DOWNLOAD-FAILED",
    message: expect.stringContaining("is an archive, where plain YAML is needed"),
    hint: expect.stringContaining("oras push"),
  });
  await expect(read("empty")).rejects.toThrow("it has no layer");
  await expect(read("strange")).rejects.toThrow("its manifest is not what OCI says");
  await expect(read("none")).rejects.toThrow("the server answered 404");
});

test.each(["oci://a.test/b", "oci://a.test", "oci://a.test/B:v1", "oci://a.test/b@sha256:12"])(
  "refuses %s",
  async (source) => {
    await expect(downloads.read(source)).rejects.toMatchObject({
      code: "GT-DOWNLOAD-SOURCE",
      exitCode: 2,
    });
  },
);
