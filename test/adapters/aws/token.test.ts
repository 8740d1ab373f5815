import { afterEach, describe, expect, test, vi } from "vitest";
import { createEksToken } from "../../../src/adapters/aws/token.ts";

// AWS's own example keys.
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const now = new Date("2026-08-22T10:00:00Z");
const create = (overrides: Partial<Parameters<typeof createEksToken>[0]> = {}) =>
  createEksToken({ clusterName: "demo", region: "eu-west-1", credentials, now, ...overrides });

function urlOf(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return new URL(Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString());
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("createEksToken", () => {
  test("is the URL that botocore signs for the same moment and keys", async () => {
    const { token, expiresAt } = await create();
    expect(urlOf(token).href).toBe(
      "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15" +
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256" +
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260822%2Feu-west-1%2Fsts%2Faws4_request" +
        "&X-Amz-Date=20260822T100000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id" +
        "&X-Amz-Signature=f68a99c5edc41156b49623a67ada55fea092eeff0175271ef26748b465a0e52e",
    );
    expect(expiresAt).toEqual(new Date("2026-08-22T10:14:00Z"));
  });

  test.each([
    ["us-east-1", "sts.us-east-1.amazonaws.com"],
    ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
    ["cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn"],
    ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
    ["ap-southeast-5", "sts.ap-southeast-5.amazonaws.com"],
  ])("is signed for the STS of %s", async (region, host) => {
    const url = urlOf((await create({ region })).token);
    expect(url.host).toBe(host);
    expect(url.searchParams.get("X-Amz-Credential")).toContain(`/${region}/sts/`);
  });

  test("is signed for the real STS whatever endpoint the SDK is sent to", async () => {
    const { token } = await create();
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    vi.stubEnv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
    vi.stubEnv("AWS_USE_FIPS_ENDPOINT", "true");
    expect((await create()).token).toBe(token);
  });

  test("depends on the cluster's name", async () => {
    expect((await create({ clusterName: "other" })).token).not.toBe((await create()).token);
  });

  test("carries the session of temporary credentials, and ends when they do", async () => {
    const expiration = new Date("2026-08-22T10:03:00Z");
    const { token, expiresAt } = await create({
      credentials: { ...credentials, sessionToken: "a/b+c!'()*==", expiration },
    });
    expect(urlOf(token).searchParams.get("X-Amz-Security-Token")).toBe("a/b+c!'()*==");
    expect(expiresAt).toEqual(expiration);
  });

  test("has no parameter but those that EKS's authenticator lets pass", async () => {
    const { token } = await create({ credentials: { ...credentials, sessionToken: "s" } });
    expect([...urlOf(token).searchParams.keys()]).toEqual([
      "Action",
      "Version",
      "X-Amz-Algorithm",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-Expires",
      "X-Amz-SignedHeaders",
      "X-Amz-Security-Token",
      "X-Amz-Signature",
    ]);
  });
});
