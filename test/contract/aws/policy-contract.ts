import { describe, expect, test } from "vitest";
import type { Identity } from "../../../src/ports/aws.ts";
import { otherTags, ourTags, podTrust, zonePolicy } from "./account.ts";

const arn = "arn:aws:iam::123456789012:policy/external-dns";
const policy = { name: "external-dns", document: zonePolicy(), tags: ourTags };

/** Policies, as part of the Identity contract. */
export function describePolicies(identity: () => Identity): void {
  describe("policies", () => {
    test("an absent policy is undefined", async () => {
      expect(await identity().findPolicy(arn)).toBeUndefined();
    });

    test("a created policy is found as it was given", async () => {
      const expected = { ...policy, arn, attachmentCount: 0 };
      expect(await identity().createPolicy(policy)).toEqual(expected);
      expect(await identity().findPolicy(arn)).toEqual(expected);
    });

    test("creating our own policy again adopts it and brings its document up to date", async () => {
      await identity().createPolicy(policy);
      const again = await identity().createPolicy({ ...policy, document: zonePolicy("Z0OTHER1") });
      expect(again).toMatchObject({ arn, tags: ourTags, document: zonePolicy("Z0OTHER1") });
      expect(await identity().findPolicy(arn)).toEqual(again);
    });

    test("a policy of others is refused, and left as it is", async () => {
      await identity().createPolicy({ ...policy, tags: otherTags });
      const creation = identity().createPolicy({ ...policy, document: zonePolicy("Z0OTHER1") });
      await expect(creation).rejects.toMatchObject({ code: "GT-AWS-NOT-OURS", retry: undefined });
      expect(await identity().findPolicy(arn)).toMatchObject({
        tags: otherTags,
        document: zonePolicy(),
      });
    });

    test("updates change the document and nothing else, more often than there can be versions", async () => {
      await identity().createPolicy(policy);
      for (let version = 2; version <= 8; version += 1) {
        const document = zonePolicy(`Z${version}`);
        await identity().updatePolicy(arn, document);
        expect(await identity().findPolicy(arn)).toEqual({
          ...policy,
          document,
          arn,
          attachmentCount: 0,
        });
      }
      await identity().deletePolicy(arn);
      expect(await identity().findPolicy(arn)).toBeUndefined();
    });

    test("updating an absent policy fails, and may pass once IAM has caught up", async () => {
      await expect(identity().updatePolicy(arn, zonePolicy())).rejects.toMatchObject({
        code: "GT-AWS-IAM-NOT-READY",
        retry: { limitMs: 120_000 },
      });
    });

    test("an attached policy counts its attachments and cannot be deleted until it is detached", async () => {
      await identity().createPolicy(policy);
      await identity().createRole({
        name: "r",
        description: "d",
        trust: podTrust(),
        tags: ourTags,
      });
      await identity().attachPolicy("r", arn);
      expect(await identity().findPolicy(arn)).toMatchObject({ attachmentCount: 1 });
      await expect(identity().deletePolicy(arn)).rejects.toMatchObject({
        code: "GT-AWS-STILL-IN-USE",
        retry: { limitMs: 120_000 },
      });
      await identity().detachPolicy("r", arn);
      await identity().deletePolicy(arn);
      expect(await identity().findPolicy(arn)).toBeUndefined();
    });

    test("deleting a policy that is gone is no failure", async () => {
      await expect(identity().deletePolicy(arn)).resolves.toBeUndefined();
    });
  });
}
