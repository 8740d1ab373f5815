import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAws } from "../../../src/adapters/aws/aws.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../support/aws-endpoint/endpoint.ts";

const open = () =>
  createAws({ region: "eu-west-1", env: process.env, tuning: { backoffMs: () => 0 } });

describe("behind a proxy", () => {
  let endpoint: AwsEndpoint;
  let proxy: Server;
  let proxyUrl: string;
  const tunnels: string[] = [];
  beforeEach(async () => {
    tunnels.length = 0;
    endpoint = await startAwsEndpoint();
    for (const name of ["AWS_PROFILE", "AWS_SESSION_TOKEN"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    proxy = createServer();
    // Sends every tunnel to the endpoint, whatever host it is for.
    proxy.on("connect", (request, client, head) => {
      tunnels.push(request.url ?? "");
      const upstream = connect(Number(new URL(endpoint.url).port), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on("error", () => client.destroy());
      client.on("error", () => upstream.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const address = proxy.address();
    proxyUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await endpoint.close();
    proxy.close();
    proxy.closeAllConnections();
    await once(proxy, "close");
  });

  test("requests go through HTTP_PROXY, but not to hosts of NO_PROXY", async () => {
    vi.stubEnv("HTTP_PROXY", proxyUrl);
    vi.stubEnv("AWS_ENDPOINT_URL", "http://aws.invalid:8080");
    vi.stubEnv("AWS_ENDPOINT_URL_IAM", endpoint.url);
    vi.stubEnv("NO_PROXY", "127.0.0.1");
    const aws = open();
    expect(await aws.caller.identify()).toMatchObject({ account: "123456789012" });
    expect(await aws.identity.findRole("r")).toBeUndefined();
    expect(tunnels).toEqual(["aws.invalid:8080"]);
    await aws.close();
  });

  test("a proxy that wants a password is told apart from AWS, and its address stays secret", async () => {
    proxy.removeAllListeners("connect");
    proxy.on("connect", (_, client) => {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    });
    vi.stubEnv("HTTPS_PROXY", proxyUrl.replace("//", "//ann:hunter2@"));
    vi.stubEnv("NO_PROXY", "");
    const aws = open();
    const error: unknown = await aws.caller.identify().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "GT-AWS-PROXY" });
    expect(inspect(error, { depth: 1 })).not.toContain("hunter2");
    await aws.close();
  });

  test("HTTPS_PROXY is asked for the real AWS", async () => {
    vi.stubEnv("HTTPS_PROXY", proxyUrl);
    vi.stubEnv("NO_PROXY", "");
    const aws = open();
    // The tunnel ends at a plain HTTP server, so that TLS fails: nothing left this machine.
    await expect(aws.clusters.list()).rejects.toMatchObject({
      code: expect.stringMatching(/^GT-AWS-(TLS|UNREACHABLE)$/),
    });
    expect(new Set(tunnels)).toEqual(new Set(["eks.eu-west-1.amazonaws.com:443"]));
    await aws.close();
  });
});
