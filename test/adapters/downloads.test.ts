import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDownloads } from "../../src/adapters/downloads.ts";
import { createAuthority } from "../support/tls.ts";
import { closeServer, findClosedPort, listen } from "../support/listen.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function start(server: Server | RequestListener): Promise<string> {
  const started = typeof server === "function" ? createServer(server) : server;
  const port = await listen(started);
  cleanups.push(() => closeServer(started));
  return `http://127.0.0.1:${port}`;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const downloads = createDownloads({ env: {} });

describe("files", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "gateway-tls-downloads-"));
    cleanups.push(() => rm(directory, { recursive: true }));
  });

  test("reads a path and a file URL", async () => {
    const path = join(directory, "a b.yaml");
    await writeFile(path, "kind: Ä\n");
    expect(await downloads.read(path)).toBe("kind: Ä\n");
    expect(await downloads.read(pathToFileURL(path).href, sha256("kind: Ä\n"))).toBe("kind: Ä\n");
  });

  test("says what is wrong with a file", async () => {
    await expect(downloads.read(join(directory, "none"))).rejects.toMatchObject({
      code: "GT-DOWNLOAD-FAILED",
      message: `Could not read ${join(directory, "none")}: there is no such file.`,
    });
    await expect(downloads.read(directory)).rejects.toThrow("it is a directory");
    const binary = join(directory, "binary");
    await writeFile(binary, Buffer.from([0xff, 0xfe, 0x00]));
    await expect(downloads.read(binary)).rejects.toThrow("it is not UTF-8 text");
    const large = join(directory, "large");
    await writeFile(large, Buffer.alloc(16 * 2 ** 20 + 1));
    await expect(downloads.read(large)).rejects.toThrow("larger than 16 MiB");
  });

  test("does not ask again where nobody trusts the certificate, and names what to set", async () => {
    const { certificate, key } = createAuthority().issue(["127.0.0.1"]);
    const url = await start(createHttpsServer({ cert: certificate, key }));
    const source = url.replace("http:", "https:");
    const error: unknown = await downloads.read(`${source}/x.yaml`).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "GT-DOWNLOAD-FAILED",
      hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      retry: undefined,
    });
  });

  test.each(["ftp://a.test/x", "s3://bucket/x", "file://host/x", "http://"])(
    "refuses %s",
    async (source) => {
      await expect(downloads.read(source)).rejects.toMatchObject({ code: "GT-DOWNLOAD-SOURCE" });
    },
  );

  test("does not show credentials", async () => {
    const shown = await downloads.read("ftp://me:hidden@a.test/x").catch(String);
    expect(shown).toContain("ftp://a.test/x");
    expect(shown).not.toContain("hidden");
  });
});

describe("http", () => {
  test("reads, and checks the digest", async () => {
    const origin = await start((_request, response) => response.end("crds"));
    expect(await downloads.read(`${origin}/x`, sha256("crds").toUpperCase())).toBe("crds");
    await expect(downloads.read(`${origin}/x`, sha256("others"))).rejects.toMatchObject({
      code: "GT-DOWNLOAD-DIGEST",
      message: expect.stringContaining(sha256("crds")),
      retry: undefined,
    });
  });

  test("follows redirects, five at most", async () => {
    const origin = await start((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("arrived");
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect(await downloads.read(`${origin}/5`)).toBe("arrived");
    await expect(downloads.read(`${origin}/6`)).rejects.toThrow("redirects more than 5 times");
  });

  test("follows no redirect to another protocol", async () => {
    const origin = await start((_request, response) => {
      response.writeHead(302, { location: "file:///etc/passwd" }).end();
    });
    await expect(downloads.read(origin)).rejects.toThrow("it redirects to file:");
  });

  test.each([
    [404, false],
    [403, false],
    [429, true],
    [503, true],
  ])("status %i is a failure, passing by itself: %s", async (status, passing) => {
    const origin = await start((_request, response) => response.writeHead(status).end());
    const failed = await downloads.read(`${origin}/x?signature=1`).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: "GT-DOWNLOAD-FAILED",
      message: `Could not read ${origin}/x: the server answered ${status}.`,
      hint: expect.stringContaining("--crds"),
    });
    expect(failed instanceof Object && "retry" in failed && failed.retry !== undefined).toBe(
      passing,
    );
  });

  test("stops at 16 MiB, at the time limit, and where nothing listens", async () => {
    const endless = await start((request, response) => {
      if (request.url === "/silent") return;
      const chunk = Buffer.alloc(2 ** 20);
      const more = () => response.write(chunk, more);
      more();
    });
    await expect(downloads.read(`${endless}/endless`)).rejects.toThrow("larger than 16 MiB");
    const hurried = createDownloads({ env: {}, timeoutMs: 50 });
    await expect(hurried.read(`${endless}/silent`)).rejects.toThrow("no answer within 0.05 s");
    const port = await findClosedPort();
    await expect(downloads.read(`http://127.0.0.1:${port}/x`)).rejects.toMatchObject({
      message: `Could not read http://127.0.0.1:${port}/x: the connection was refused.`,
      retry: { limitMs: 60_000 },
    });
  });
});

describe("through a proxy", () => {
  test("asks for plain HTTP in absolute form, with the proxy's credentials", async () => {
    const seen: unknown[] = [];
    const origin = await start(({ url, headers }, response) => {
      seen.push([url, headers.host, headers["proxy-authorization"]]);
      response.end("by proxy");
    });
    const HTTP_PROXY = origin.replace("//", "//me:p%40ss@");
    const proxied = createDownloads({ env: { HTTP_PROXY } });
    expect(await proxied.read("http://files.test/a?b=1")).toBe("by proxy");
    const basic = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    expect(seen).toEqual([["http://files.test/a?b=1", "files.test", basic]]);
  });

  test("tunnels https by CONNECT", async () => {
    const asked: (string | undefined)[] = [];
    const plain = await start((_request, response) => response.end("no TLS here"));
    const proxy = createServer().on("connect", (request, client, head) => {
      asked.push(request.url);
      const upstream = connect(Number(new URL(plain).port), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      cleanups.push(async () => upstream.destroy());
    });
    const HTTPS_PROXY = await start(proxy);
    const proxied = createDownloads({ env: { HTTPS_PROXY } });
    await expect(proxied.read("https://files.test/a")).rejects.toThrow(
      "Could not read https://files.test/a: what answers there does not speak TLS.",
    );
    expect(asked).toEqual(["files.test:443"]);
  });
});
