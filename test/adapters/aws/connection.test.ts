import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAws } from "../../../src/adapters/aws/aws.ts";
import { findRegion } from "../../../src/adapters/aws/region.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../support/aws-endpoint/endpoint.ts";

const region = "eu-west-1";
const backoffMs = () => 0;
describe("with the settings of the user's machine", () => {
  let home: string;
  let endpoint: AwsEndpoint;
  beforeEach(async () => {
    [home, endpoint] = await Promise.all([
      mkdtemp(join(tmpdir(), "gateway-tls-aws-")),
      startAwsEndpoint(),
    ]);
    for (const name of ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"]) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv("HOME", home);
    vi.stubEnv("AWS_CONFIG_FILE", join(home, "config"));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "credentials"));
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all([endpoint.close(), rm(home, { recursive: true })]);
  });

  const noKeys = () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  };
  const open = (options: { profile?: string; endpoint?: string } = {}) => {
    const { endpoint, ...rest } = options;
    const tuning = { backoffMs, ...(endpoint === undefined ? {} : { endpoint }) };
    return createAws({ region, env: process.env, tuning, ...rest });
  };

  test("AWS_ENDPOINT_URL is where everything goes", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", endpoint.url);
    const aws = open();
    await aws.caller.identify();
    await Promise.all([aws.clusters.list(), aws.zones.list(), aws.identity.findRole("r")]);
    expect(new Set(endpoint.calls.map(({ service }) => service))).toEqual(
      new Set(["sts", "eks", "route53", "iam"]),
    );
    await aws.close();
  });

  test("AWS_ENDPOINT_URL_IAM is where IAM goes, and nothing else", async () => {
    const other = await startAwsEndpoint();
    vi.stubEnv("AWS_ENDPOINT_URL", other.url);
    vi.stubEnv("AWS_ENDPOINT_URL_IAM", endpoint.url);
    const aws = open();
    await Promise.all([aws.identity.findRole("r"), aws.caller.identify()]);
    expect(new Set(endpoint.calls.map(({ service }) => service))).toEqual(new Set(["iam"]));
    expect(other.actions()).toEqual(["sts:GetCallerIdentity"]);
    await aws.close();
    await other.close();
  });

  test("an SSO profile that is not signed in names the command that signs in", async () => {
    noKeys();
    await writeFile(
      join(home, "config"),
      "[profile work]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n" +
        "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n",
    );
    const expired = {
      code: "GT-AWS-CREDENTIALS-EXPIRED",
      hint: "aws sso login --profile work",
      retry: undefined,
    };
    const aws = open({ profile: "work", endpoint: endpoint.url });
    await expect(aws.caller.identify()).rejects.toMatchObject(expired);
    await expect(aws.credentials()).rejects.toMatchObject(expired);
    expect(endpoint.calls).toEqual([]);
    await aws.close();
  });

  test("a profile's keys are used, for requests and for the token", async () => {
    await writeFile(join(home, "config"), "");
    await writeFile(
      join(home, "credentials"),
      "[work]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = other\n",
    );
    const aws = open({ profile: "work", endpoint: endpoint.url });
    expect(await aws.credentials()).toMatchObject({ accessKeyId: "AKIAI44QH8DHBEXAMPLE" });
    await aws.caller.identify();
    expect(endpoint.calls[0]?.headers["authorization"]).toContain("AKIAI44QH8DHBEXAMPLE");
    await aws.close();
  });

  test("without any credentials it says so", async () => {
    noKeys();
    const aws = open({ endpoint: endpoint.url });
    await expect(aws.caller.identify()).rejects.toMatchObject({ code: "GT-AWS-NO-CREDENTIALS" });
    await aws.close();
  });

  test.each(["--profile", "AWS_PROFILE"])(
    "no one else acts for a profile of %s that is not there",
    async (by) => {
      await writeFile(
        join(home, "config"),
        "[profile work]\nregion = sa-east-1\n[sso-session s]\n",
      );
      if (by === "AWS_PROFILE") vi.stubEnv("AWS_PROFILE", "wrok");
      const aws = open({
        endpoint: endpoint.url,
        ...(by === "--profile" ? { profile: "wrok" } : {}),
      });
      await expect(aws.caller.identify()).rejects.toMatchObject({
        code: "GT-AWS-PROFILE",
        message: "There is no AWS profile wrok.",
        hint: "Name one of these with --profile: work.",
      });
      expect(endpoint.calls).toEqual([]);
      await aws.close();
    },
  );

  test("a profile without credentials is named", async () => {
    noKeys();
    await writeFile(join(home, "config"), "[profile work]\nregion = sa-east-1\n");
    const aws = open({ profile: "work", endpoint: endpoint.url });
    await expect(aws.caller.identify()).rejects.toMatchObject({
      code: "GT-AWS-PROFILE",
      message: "The AWS profile work holds no credentials.",
    });
    await aws.close();
  });

  test("keys of the environment that have expired are renewed where they came from", async () => {
    const aws = open({ endpoint: endpoint.url });
    const { AwsFailure } = await import("../../support/aws-endpoint/wire.ts");
    endpoint.add({ error: new AwsFailure(403, "ExpiredToken", "expired") });
    await expect(aws.caller.identify()).rejects.toMatchObject({
      code: "GT-AWS-CREDENTIALS-EXPIRED",
      hint: expect.stringContaining("AWS_SESSION_TOKEN"),
    });
    await aws.close();
  });

  test("the region is the named profile's, then the environment's, then the default profile's", async () => {
    await writeFile(
      join(home, "config"),
      "[default]\nregion = us-west-2\n[profile work]\nregion = sa-east-1\n",
    );
    expect(await findRegion("work", { AWS_REGION: "eu-north-1" })).toBe("sa-east-1");
    expect(await findRegion("bare", { AWS_REGION: "eu-north-1" })).toBe("eu-north-1");
    expect(await findRegion(undefined, { AWS_REGION: "eu-north-1" })).toBe("eu-north-1");
    expect(await findRegion(undefined, { AWS_DEFAULT_REGION: "eu-south-1" })).toBe("eu-south-1");
    expect(await findRegion(undefined, { AWS_REGION: " " })).toBe("us-west-2");
  });
});
