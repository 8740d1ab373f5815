import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { computeBackoffMs } from "../../../src/adapters/aws/retry-strategy.ts";
import { ourTags, podTrust, zonePolicy } from "../../contract/aws/account.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { type AwsWorld, openAws } from "./world.ts";

const throttling = new AwsFailure(400, "Throttling", "Rate exceeded");
const attempts = 7;

describe("requests that fail and are sent again", () => {
  let world: AwsWorld;
  beforeEach(async () => {
    world = await openAws({ tuning: { requestTimeoutMs: 100 } });
  });
  afterEach(() => world.close());

  test.each([
    ["throttled six times", { error: throttling, times: attempts - 1 }, attempts],
    ["reset once", { fault: "reset", times: 1 }, 2],
    ["cut in the middle of the reply", { fault: "cut", times: 1 }, 2],
    ["never answered", { fault: "hang", times: 1 }, 2],
    [
      "told that EKS is down",
      { error: new AwsFailure(503, "ServiceUnavailableException", "down"), times: 2 },
      3,
    ],
  ] as const)("a request %s succeeds", async (_, rule, calls) => {
    world.endpoint.add({ action: "ListClusters", ...rule });
    expect(await world.aws.clusters.find("demo")).toMatchObject({ name: "demo" });
    world.endpoint.calls.length = 0;
    expect(await world.aws.clusters.list()).toHaveLength(3);
    // Two pages: the faults befall the first.
    expect(world.endpoint.actions()).toHaveLength(calls + 1);
  });

  test("the seventh failure is the last", async () => {
    world.endpoint.add({ error: throttling });
    await expect(world.aws.zones.list()).rejects.toMatchObject({ code: "GT-AWS-THROTTLED" });
    expect(world.endpoint.actions()).toHaveLength(attempts);
  });

  test("a full quota is not asked again, although the SDK takes it for throttling", async () => {
    const error = new AwsFailure(
      409,
      "LimitExceeded",
      "Cannot exceed quota for RolesPerAccount: 1000",
    );
    world.endpoint.add({ action: "CreateRole", error });
    const role = { name: "r", description: "d", trust: podTrust(), tags: ourTags };
    await expect(world.aws.identity.createRole(role)).rejects.toMatchObject({
      code: "GT-AWS-QUOTA",
      retry: undefined,
    });
    expect(world.endpoint.actions()).toEqual(["iam:CreateRole"]);
  });

  test("what AWS asks for in Retry-After is how long the step waits", async () => {
    const failure = new AwsFailure(503, "ServiceUnavailableException", "later");
    world.endpoint.add({ error: failure, headers: { "retry-after": "30" } });
    await expect(world.aws.clusters.list()).rejects.toMatchObject({
      code: "GT-AWS-UNAVAILABLE",
      retry: { limitMs: 120_000, intervalMs: 30_000 },
    });
    expect(world.endpoint.actions()).toHaveLength(1);
  });

  test("while one request hangs, another is answered", async () => {
    let release: () => void = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.endpoint.add({ action: "GetCallerIdentity", until });
    const identity = world.aws.caller.identify();
    expect(await world.aws.clusters.list()).toHaveLength(3);
    release();
    expect(await identity).toMatchObject({ account: "123456789012" });
  });
});

describe("a create call whose reply is lost", () => {
  let world: AwsWorld;
  beforeEach(async () => {
    world = await openAws();
  });
  afterEach(() => world.close());
  const lose = (action: string) => world.endpoint.add({ action, fault: "lost", times: 1 });

  test("is adopted by its tags: policy, role, provider", async () => {
    const { identity } = world.aws;
    for (const action of ["CreatePolicy", "CreateRole", "CreateOpenIDConnectProvider"])
      lose(action);
    const document = zonePolicy();
    const policy = await identity.createPolicy({ name: "p", document, tags: ourTags });
    expect(policy).toEqual(await identity.findPolicy(policy.arn));
    const role = await identity.createRole({
      name: "r",
      description: "d",
      trust: podTrust(),
      tags: ourTags,
    });
    expect(role).toEqual(await identity.findRole("r"));
    const provider = await identity.createOidcProvider({
      issuer: "https://oidc.example/1",
      tags: ourTags,
    });
    expect(provider).toEqual(await identity.findOidcProvider("oidc.example/1"));
    for (const action of ["CreatePolicy", "CreateRole", "CreateOpenIDConnectProvider"]) {
      expect(world.endpoint.actions().filter((call) => call === `iam:${action}`)).toHaveLength(2);
    }
    expect(world.endpoint.account.policies[0]?.versions).toHaveLength(1);
  });

  test("is adopted by its tags: association and add-on, asked again with the same token", async () => {
    const { identity, clusters } = world.aws;
    for (const action of ["CreatePodIdentityAssociation", "CreateAddon"]) lose(action);
    const { arn } = await identity.createRole({
      name: "r",
      description: "d",
      trust: podTrust(),
      tags: ourTags,
    });
    const subject = { cluster: "demo", namespace: "n", serviceAccount: "s" };
    const created = await identity.createAssociation({ ...subject, roleArn: arn, tags: ourTags });
    expect(await identity.listAssociations("demo", {})).toEqual([created]);
    await clusters.createAddon("demo", "eks-pod-identity-agent", ourTags);
    expect(await clusters.listAddons("demo")).toHaveLength(1);
    const tokens = tokensOf(world, "CreatePodIdentityAssociation");
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  test("of a new policy version does not leave the policy without room for versions", async () => {
    const { identity } = world.aws;
    const { arn } = await identity.createPolicy({
      name: "p",
      document: zonePolicy(),
      tags: ourTags,
    });
    for (const zone of ["Z2", "Z3", "Z4"]) await identity.updatePolicy(arn, zonePolicy(zone));
    lose("CreatePolicyVersion");
    await identity.updatePolicy(arn, zonePolicy("Z5"));
    expect(await identity.findPolicy(arn)).toMatchObject({ document: zonePolicy("Z5") });
  });

  test("each logical operation has a token of its own", async () => {
    const { identity } = world.aws;
    const { arn } = await identity.createRole({
      name: "r",
      description: "d",
      trust: podTrust(),
      tags: ourTags,
    });
    for (const serviceAccount of ["a", "b"]) {
      const subject = { cluster: "demo", namespace: "n", serviceAccount };
      await identity.createAssociation({ ...subject, roleArn: arn, tags: ourTags });
    }
    expect(new Set(tokensOf(world, "CreatePodIdentityAssociation")).size).toBe(2);
  });
});

function tokensOf({ endpoint }: AwsWorld, action: string): string[] {
  return endpoint.calls
    .filter((call) => call.action === action)
    .map(({ body }) => /"clientRequestToken":"([^"]+)"/.exec(body)?.[1] ?? "none");
}

test("the delay doubles from 300 ms to 15 s, and no two programs wait alike", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7].map((attempt) => computeBackoffMs(attempt, () => 1));
  expect(longest).toEqual([300, 600, 1200, 2400, 4800, 9600, 15_000]);
  expect(computeBackoffMs(2, () => 0)).toBe(300);
});
