import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Tags } from "../../../src/ports/aws.ts";
import {
  contractAccount,
  otherTags,
  ourTags,
  podTrust,
  zonePolicy,
} from "../../contract/aws/account.ts";
import type { Call } from "../../support/aws-endpoint/endpoint.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { type AwsWorld, openAws } from "./world.ts";

let world: AwsWorld;
beforeEach(async () => {
  world = await openAws();
});
afterEach(() => world.close());

const callsOf = (action: string): Call[] =>
  world.endpoint.calls.filter((call) => call.action === action);
const role = (tags: Tags = ourTags) => ({ name: "r", description: "d", trust: podTrust(), tags });
const policy = { name: "p", document: zonePolicy(), tags: ourTags };

describe("policies", () => {
  test("a new version becomes the default in a request of its own, and the oldest one goes", async () => {
    const { arn } = await world.aws.identity.createPolicy(policy);
    for (const zone of ["Z2", "Z3", "Z4", "Z5", "Z6"]) {
      await world.aws.identity.updatePolicy(arn, zonePolicy(zone));
    }
    expect(callsOf("CreatePolicyVersion")[0]?.body).toContain("SetAsDefault=false");
    const [state] = world.endpoint.account.policies;
    expect(state?.versions.map(({ id, isDefault }) => `${id} ${isDefault}`)).toEqual([
      "v2 false",
      "v3 false",
      "v4 false",
      "v5 false",
      "v6 true",
    ]);
  });

  test("a default that is not the newest is kept when versions are pruned", async () => {
    const { arn } = await world.aws.identity.createPolicy(policy);
    world.endpoint.add({
      action: "SetDefaultPolicyVersion",
      error: new AwsFailure(400, "InvalidInput", "no"),
      times: 4,
    });
    for (const zone of ["Z2", "Z3", "Z4", "Z5"]) {
      await expect(world.aws.identity.updatePolicy(arn, zonePolicy(zone))).rejects.toThrow(
        "InvalidInput",
      );
    }
    expect(await world.aws.identity.findPolicy(arn)).toMatchObject({ document: zonePolicy() });
    await world.aws.identity.updatePolicy(arn, zonePolicy("Z6"));
    expect(await world.aws.identity.findPolicy(arn)).toMatchObject({ document: zonePolicy("Z6") });
  });

  test("the tags come in the create call", async () => {
    await world.aws.identity.createPolicy(policy);
    await world.aws.identity.createRole({
      ...role(),
      permissionsBoundary: "arn:aws:iam::aws:policy/B",
    });
    await world.aws.identity.createOidcProvider({
      issuer: "https://oidc.example/1",
      tags: ourTags,
    });
    for (const action of ["CreatePolicy", "CreateRole", "CreateOpenIDConnectProvider"]) {
      const body = decodeURIComponent(callsOf(action)[0]?.body ?? "");
      expect(body).toContain("Tags.member.1.Key=gateway-tls:installation");
    }
    expect(world.endpoint.account.roles[0]?.permissionsBoundary).toBe("arn:aws:iam::aws:policy/B");
  });

  test("a policy of the same name that IAM does not show yet may be ours", async () => {
    const error = new AwsFailure(409, "EntityAlreadyExists", "A policy called p already exists.");
    world.endpoint.add({ action: "CreatePolicy", error });
    await expect(world.aws.identity.createPolicy(policy)).rejects.toMatchObject({
      code: "GT-AWS-IAM-NOT-READY",
      retry: { limitMs: 120_000 },
    });
  });

  test("a document of one statement, or of things that we never write, is read as it is", async () => {
    const { arn } = await world.aws.identity.createPolicy(policy);
    const statement = { Effect: "Allow", NotAction: "s3:*", Resource: "*" };
    const document = JSON.stringify({ Version: "2008-10-17", Statement: statement });
    for (const version of world.endpoint.account.policies[0]?.versions ?? [])
      version.document = document;
    const found = await world.aws.identity.findPolicy(arn);
    expect(found?.document).toEqual({ Version: "2008-10-17", Statement: [statement] });
  });
});

describe("eventual consistency", () => {
  test("a role that was just made is still unknown to a server, then known", async () => {
    const { identity } = world.aws;
    await identity.createRole(role());
    world.endpoint.add({ action: "GetRole", after: "CreateRole", stale: true, times: 1 });
    expect(await identity.findRole("r")).toBeUndefined();
    expect(await identity.findRole("r")).toMatchObject({ name: "r" });
  });

  test("an ARN that is still a unique id is waited for", async () => {
    const edit = (body: string) => body.replace(/<Arn>[^<]*<\/Arn>/, "<Arn>AROAEXAMPLE</Arn>");
    world.endpoint.add({ action: "CreateRole", times: 1, edit });
    world.endpoint.add({ action: "GetRole", times: 1, edit });
    const waiting = {
      code: "GT-AWS-IAM-NOT-READY",
      retry: { limitMs: 120_000, reason: "waiting for IAM" },
    };
    await expect(world.aws.identity.createRole(role())).rejects.toMatchObject(waiting);
    await expect(world.aws.identity.findRole("r")).rejects.toMatchObject(waiting);
    expect(await world.aws.identity.createRole(role())).toMatchObject({
      arn: "arn:aws:iam::123456789012:role/r",
    });
  });

  test("an association that vanishes while it is listed is left out", async () => {
    const { arn } = await world.aws.identity.createRole(role());
    const subject = { cluster: "demo", namespace: "n", roleArn: arn, tags: ourTags };
    await world.aws.identity.createAssociation({ ...subject, serviceAccount: "a" });
    const kept = await world.aws.identity.createAssociation({ ...subject, serviceAccount: "b" });
    const error = new AwsFailure(
      404,
      "ResourceNotFoundException",
      "The association could not be found.",
    );
    world.endpoint.add({ action: "DescribePodIdentityAssociation", error, times: 1 });
    const found = await world.aws.identity.listAssociations("demo", {});
    expect(found).toHaveLength(1);
    expect(["a", kept.serviceAccount]).toContain(found[0]?.serviceAccount);
  });
});

describe("pages", () => {
  test("every attached and inline policy of a role is listed, page by page", async () => {
    await world.aws.identity.createRole(role());
    const [state] = world.endpoint.account.roles;
    const names = ["a", "b", "c", "d", "e"];
    if (state !== undefined) {
      state.attached = names.map((name) => `arn:aws:iam::123456789012:policy/${name}`);
      state.inline = [...names];
    }
    const found = await world.aws.identity.findRole("r");
    expect(found?.attachedPolicyArns).toEqual(state?.attached);
    expect(found?.inlinePolicyNames).toEqual(names);
    expect(callsOf("ListAttachedRolePolicies")).toHaveLength(3);
    expect(callsOf("ListAttachedRolePolicies")[1]?.body).toContain("Marker=2");
  });

  test("every association is listed, and no more than four are read at once", async () => {
    const { arn } = await world.aws.identity.createRole(role(otherTags));
    for (const serviceAccount of ["a", "b", "c", "d", "e", "f"]) {
      const subject = { cluster: "demo", namespace: "n", serviceAccount };
      await world.aws.identity.createAssociation({ ...subject, roleArn: arn, tags: otherTags });
    }
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.endpoint.add({ action: "DescribePodIdentityAssociation", until });
    const listing = world.aws.identity.listAssociations("demo", {});
    await world.endpoint.received("DescribePodIdentityAssociation", 4);
    // A fifth would have come before the answer to a request that was sent after it.
    await world.aws.caller.identify();
    expect(callsOf("DescribePodIdentityAssociation")).toHaveLength(4);
    release();
    expect((await listing).map(({ serviceAccount }) => serviceAccount)).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "f",
    ]);
    expect(callsOf("ListPodIdentityAssociations")).toHaveLength(3);
  });

  test("every zone is listed, page by page", async () => {
    expect(await world.aws.zones.list()).toHaveLength(contractAccount.zones.length);
    expect(callsOf("ListHostedZones").map(({ query }) => query.get("marker"))).toEqual([null, "2"]);
  });

  test("records of a name are read from that name on, and no page further than needed", async () => {
    await world.aws.zones.listRecords("Z0PUBLIC1", ["www.example.com"]);
    const starts = () => callsOf("ListResourceRecordSets").map(({ query }) => query.get("name"));
    // A page of two holds both of them; the next one shows that there is no third.
    expect(starts()).toEqual(["www.example.com", "cname-edns.www.example.com."]);
    world.endpoint.calls.length = 0;
    await world.aws.zones.listRecords("Z0PUBLIC1", ["*.example.com"]);
    expect(starts()).toEqual(["*.example.com"]);
    expect(callsOf("ListResourceRecordSets")[0]?.query.get("maxitems")).toBe("20");
  });

  test("names are read side by side, four at once", async () => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.endpoint.add({ action: "ListResourceRecordSets", until });
    const names = ["a", "b", "c", "d", "e", "www"].map((label) => `${label}.example.com`);
    const listing = world.aws.zones.listRecords("Z0PUBLIC1", names);
    await world.endpoint.received("ListResourceRecordSets", 4);
    // A fifth would have come before the answer to a request that was sent after it.
    await world.aws.caller.identify();
    expect(callsOf("ListResourceRecordSets")).toHaveLength(4);
    release();
    expect((await listing).map(({ name }) => name)).toEqual(["www.example.com", "www.example.com"]);
  });
});

test("deleting reads first, so that an alias goes with the fields that the port does not know", async () => {
  const records = await world.aws.zones.listRecords("Z0PUBLIC1", ["www.example.com"]);
  await world.aws.zones.deleteRecords("Z0PUBLIC1", records);
  const [change] = callsOf("ChangeResourceRecordSets");
  expect(change?.body).toContain("<EvaluateTargetHealth>true</EvaluateTargetHealth>");
  world.endpoint.calls.length = 0;
  await world.aws.zones.deleteRecords("Z0PUBLIC1", records);
  expect(callsOf("ChangeResourceRecordSets")).toEqual([]);
});

test("the account is asked for once, and again only if that failed", async () => {
  const { identity } = world.aws;
  world.endpoint.add({
    action: "GetCallerIdentity",
    error: new AwsFailure(403, "ExpiredToken", "expired"),
    times: 1,
  });
  await expect(identity.findOidcProvider("https://oidc.example/1")).rejects.toMatchObject({
    code: "GT-AWS-CREDENTIALS-EXPIRED",
  });
  expect(await identity.findOidcProvider("https://oidc.example/1")).toBeUndefined();
  expect(await identity.findOidcProvider("https://oidc.example/2")).toBeUndefined();
  expect(callsOf("GetCallerIdentity")).toHaveLength(2);
});
