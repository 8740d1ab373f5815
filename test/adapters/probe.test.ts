import { isWithoutRoute } from "../../src/adapters/probe-failure.ts";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createProbe } from "../../src/adapters/probe.ts";
import { closeServer, findClosedPort, hasIPv6, listen } from "../support/listen.ts";
import { createAuthority, type Issued } from "../support/tls.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

async function start(server: Server): Promise<number> {
  const port = await listen(server);
  cleanups.push(() => closeServer(server));
  return port;
}

const secure = ({ certificate, key }: Issued, listener?: RequestListener) =>
  createHttpsServer({ cert: certificate, key }, listener);

const authority = createAuthority();
const probeAt = (port: number, trustCa?: string) =>
  createProbe({
    ...(trustCa === undefined ? {} : { trustCa }),
    locate: (address) => ({ address, port }),
  });
const target = { hostname: "www.example.com", address: "127.0.0.1", timeoutMs: 5000 };

describe("get", () => {
  const get = (port: number, timeoutMs = 5000) =>
    probeAt(port).get({ ...target, protocol: "http", path: "/", timeoutMs });

  test("reads at most 64 KiB, and joins repeated headers", async () => {
    const port = await start(
      createHttpServer((_request, response) => {
        response.setHeader("X-Twice", ["a", "b"]);
        response.end("x".repeat(200_000));
      }),
    );
    const answer = await get(port);
    expect(answer.body).toHaveLength(64 * 1024);
    expect(answer.headers["x-twice"]).toBe("a, b");
  });

  test.runIf(hasIPv6)("goes to an IPv6 address", async () => {
    const server = createHttpServer((_request, response) => response.end("six"));
    const port = await listen(server, "::1");
    cleanups.push(() => closeServer(server));
    const six = { ...target, address: "::1", protocol: "http", path: "/" } as const;
    expect((await probeAt(port).get(six)).body).toBe("six");
  });

  test("takes any certificate, and asks for it by name", async () => {
    const names: (string | false | null)[] = [];
    const server = secure(createAuthority("Unknown").issue(["a.test"]), (_request, response) => {
      response.end("ok");
    });
    server.on("secureConnection", (socket) => names.push(socket.servername ?? null));
    const port = await start(server);
    const answer = await probeAt(port).get({ ...target, protocol: "https", path: "/" });
    expect(answer).toMatchObject({ status: 200, body: "ok" });
    expect(names).toEqual(["www.example.com"]);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ["silence", () => undefined, "no answer within 0.05 s"],
    ["a reset", (socket) => socket.resetAndDestroy(), "the connection was reset"],
    ["another protocol", (socket) => socket.end("SSH-2.0-x\r\n"), "does not speak HTTP"],
  ])("says what went wrong: %s", async (_title, onConnection, words) => {
    const server = createTcpServer((socket) => {
      socket.once("data", () => onConnection(socket));
    });
    const port = await start(server);
    const timeoutMs = words.startsWith("no answer") ? 50 : 5000;
    await expect(get(port, timeoutMs)).rejects.toMatchObject({
      code: "GT-PROBE-FAILED",
      message: expect.stringContaining(words),
      retry: { reason: "waiting for the load balancer" },
    });
  });

  test("says that nothing listens", async () => {
    await expect(get(await findClosedPort())).rejects.toThrow(
      "GET http://www.example.com/ at 127.0.0.1 failed: the connection was refused.",
    );
  });
});

describe("handshake", () => {
  async function shakeWith(issued: Issued, trustCa?: string) {
    const port = await start(secure(issued));
    return probeAt(port, trustCa).handshake(target);
  }

  test("shows the certificate's names, issuer and dates", async () => {
    const issued = authority.issue(["www.example.com", "example.com"], { days: 45 });
    const certificate = await shakeWith(issued, authority.certificate);
    expect(certificate).toMatchObject({
      subject: "www.example.com",
      issuer: "Test Root",
      names: ["www.example.com", "example.com"],
      trusted: true,
    });
    const days =
      (Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)) / 86_400_000;
    expect(Math.round(days)).toBe(45);
  });

  test("a subject without a common name is its first name", async () => {
    const issued = authority.issue(["www.example.com"], { commonName: "" });
    expect(await shakeWith(issued)).toMatchObject({ subject: "www.example.com" });
  });

  test.each<[string, () => Issued, string | undefined, string]>([
    [
      "a root that nobody trusts",
      () => authority.issue(["www.example.com"]),
      undefined,
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    [
      "another root than the trusted one",
      () => createAuthority("(STAGING) Root").issue(["www.example.com"]),
      authority.certificate,
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    [
      "another name",
      () => authority.issue(["other.example.com"]),
      authority.certificate,
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    [
      "an expired certificate",
      () => authority.issue(["www.example.com"], { days: -1 }),
      authority.certificate,
      "CERT_HAS_EXPIRED",
    ],
  ])("does not trust %s", async (_title, issue, trustCa, untrustedReason) => {
    expect(await shakeWith(issue(), trustCa)).toMatchObject({ trusted: false, untrustedReason });
  });

  test("chooses the certificate by name", async () => {
    const right = authority.issue(["www.example.com"]);
    const server = createHttpsServer({
      SNICallback: (name, done) => {
        const wanted = name === "www.example.com" ? right : authority.issue(["default.test"]);
        done(null, createSecureContext({ cert: wanted.certificate, key: wanted.key }));
      },
    });
    const port = await start(server);
    const certificate = await probeAt(port, authority.certificate).handshake(target);
    expect(certificate.names).toEqual(["www.example.com"]);
  });

  test("says that there is no TLS", async () => {
    const port = await start(createHttpServer());
    await expect(probeAt(port).handshake(target)).rejects.toThrow(
      "TLS handshake with 127.0.0.1 for www.example.com failed: what answers there does not speak TLS.",
    );
  });

  test("says that the connection was closed, or nothing came", async () => {
    const closing = await start(createTcpServer((socket) => socket.end()));
    await expect(probeAt(closing).handshake(target)).rejects.toThrow(/closed|reset|disconnected/);
    const silent = await start(createTcpServer());
    await expect(probeAt(silent).handshake({ ...target, timeoutMs: 50 })).rejects.toThrow(
      "no answer within 0.05 s",
    );
  });
});

test.each([
  ["ENETUNREACH", true],
  ["EADDRNOTAVAIL", true],
  ["EHOSTUNREACH", false],
  ["ECONNREFUSED", false],
])("whether it is this machine that has no way there: %s", (code, expected) => {
  expect(isWithoutRoute(Object.assign(new Error(code), { code }))).toBe(expected);
});
