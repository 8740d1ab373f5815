import { describe, expect, test } from "vitest";
import type { Identity } from "../../../src/ports/aws.ts";
import { otherTags, ourTags, podTrust, zonePolicy } from "./account.ts";

const arn = "arn:aws:iam::123456789012:role/external-dns";
const policyArn = "arn:aws:iam::123456789012:policy/external-dns";
const role = {
  name: "external-dns",
  description: "for ExternalDNS",
  trust: podTrust(),
  tags: ourTags,
};
const policy = { name: "external-dns", document: zonePolicy(), tags: ourTags };
const bare = {
  arn,
  name: role.name,
  trust: role.trust,
  tags: ourTags,
  attachedPolicyArns: [],
  inlinePolicyNames: [],
};

const types = (...values: string[]) => ({
  "route53:ChangeResourceRecordSetsRecordTypes": values,
});

/** Roles, as part of the Identity contract. */
export function describeRoles(identity: () => Identity): void {
  describe("roles", () => {
    test("an absent role is undefined", async () => {
      expect(await identity().findRole(role.name)).toBeUndefined();
    });

    test("a created role is found as it was given", async () => {
      expect(await identity().createRole(role)).toEqual(bare);
      expect(await identity().findRole(role.name)).toEqual(bare);
    });

    test("creating our own role again adopts it and brings its trust up to date", async () => {
      await identity().createRole(role);
      const again = await identity().createRole({ ...role, trust: podTrust("dns") });
      expect(again).toEqual({ ...bare, trust: podTrust("dns") });
      expect(await identity().findRole(role.name)).toEqual(again);
    });

    test("a role of others is refused, and left as it is", async () => {
      await identity().createRole({ ...role, tags: otherTags });
      const creation = identity().createRole({ ...role, trust: podTrust("dns") });
      await expect(creation).rejects.toMatchObject({ code: "GT-AWS-NOT-OURS", retry: undefined });
      expect(await identity().findRole(role.name)).toEqual({ ...bare, tags: otherTags });
    });

    test("the trust can be replaced", async () => {
      await identity().createRole(role);
      await identity().updateTrust(role.name, podTrust("dns"));
      expect(await identity().findRole(role.name)).toEqual({ ...bare, trust: podTrust("dns") });
    });

    test("changing an absent role fails, and may pass once IAM has caught up", async () => {
      const pending = { code: "GT-AWS-IAM-NOT-READY", retry: { limitMs: 120_000 } };
      await expect(identity().updateTrust(role.name, podTrust())).rejects.toMatchObject(pending);
      await identity().createRole(role);
      await expect(identity().attachPolicy(role.name, policyArn)).rejects.toMatchObject(pending);
    });

    test("attaching and detaching twice is the same as once", async () => {
      await Promise.all([identity().createRole(role), identity().createPolicy(policy)]);
      await identity().attachPolicy(role.name, policyArn);
      await identity().attachPolicy(role.name, policyArn);
      expect(await identity().findRole(role.name)).toEqual({
        ...bare,
        attachedPolicyArns: [policyArn],
      });
      await identity().detachPolicy(role.name, policyArn);
      await identity().detachPolicy(role.name, policyArn);
      expect(await identity().findRole(role.name)).toEqual(bare);
    });

    test("a role with a policy attached cannot be deleted until it is detached", async () => {
      await Promise.all([identity().createRole(role), identity().createPolicy(policy)]);
      await identity().attachPolicy(role.name, policyArn);
      await expect(identity().deleteRole(role.name)).rejects.toMatchObject({
        code: "GT-AWS-STILL-IN-USE",
        retry: { limitMs: 120_000 },
      });
      await identity().detachPolicy(role.name, policyArn);
      await identity().deleteRole(role.name);
      expect(await identity().findRole(role.name)).toBeUndefined();
    });

    test("roles are found by the principal that they trust", async () => {
      const provider = "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A1";
      const trust = {
        Version: "2012-10-17" as const,
        Statement: [
          {
            Effect: "Allow" as const,
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
          },
        ],
      };
      for (const name of ["web", "worker"]) await identity().createRole({ ...role, name, trust });
      await identity().createRole(role);
      expect((await identity().listRolesTrusting(provider)).sort()).toEqual(["web", "worker"]);
      expect(await identity().listRolesTrusting(`${provider}2`)).toEqual([]);
    });

    test("deleting a role that is gone, or detaching from it, is no failure", async () => {
      await expect(identity().detachPolicy(role.name, policyArn)).resolves.toBeUndefined();
      await expect(identity().deleteRole(role.name)).resolves.toBeUndefined();
    });

    test("simulation gives one verdict per question, in order", async () => {
      await Promise.all([identity().createRole(role), identity().createPolicy(policy)]);
      await identity().attachPolicy(role.name, policyArn);
      const action = "route53:ChangeResourceRecordSets";
      const zone = "arn:aws:route53:::hostedzone/Z0PUBLIC1";
      const verdicts = await identity().simulate([
        { roleArn: arn, action: "route53:DeleteHostedZone", resource: zone },
        { roleArn: arn, action: "route53:ListHostedZones", resource: "*" },
        { roleArn: arn, action, resource: zone, context: types("A", "TXT") },
        { roleArn: arn, action, resource: zone, context: types("MX") },
        {
          roleArn: arn,
          action,
          resource: "arn:aws:route53:::hostedzone/Z0OTHER1",
          context: types("A"),
        },
      ]);
      expect(verdicts).toEqual(["denied", "allowed", "allowed", "denied", "denied"]);
      expect(await identity().simulate([])).toEqual([]);
    });
  });
}
