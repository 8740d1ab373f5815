import { describe, expect, test } from "vitest";
import type { Identity } from "../../../src/ports/aws.ts";
import { otherTags, ourTags, podTrust } from "./account.ts";

const url = "oidc.eks.eu-west-1.amazonaws.com/id/DEMO";
const oidcArn = `arn:aws:iam::123456789012:oidc-provider/${url}`;
const provider = { issuer: `https://${url}`, tags: ourTags };

/** OIDC providers, as part of the Identity contract. */
export function describeOidcProviders(identity: () => Identity): void {
  describe("OIDC providers", () => {
    test("an absent provider is undefined", async () => {
      expect(await identity().findOidcProvider(`https://${url}`)).toBeUndefined();
    });

    test("a created provider is found by its issuer, with or without https", async () => {
      const expected = { arn: oidcArn, url, clientIds: ["sts.amazonaws.com"], tags: ourTags };
      expect(await identity().createOidcProvider(provider)).toEqual(expected);
      expect(await identity().findOidcProvider(`https://${url}`)).toEqual(expected);
      expect(await identity().findOidcProvider(url)).toEqual(expected);
      expect(await identity().findOidcProvider(`${url}X`)).toBeUndefined();
    });

    test("creating our own provider again adopts it", async () => {
      const first = await identity().createOidcProvider(provider);
      expect(await identity().createOidcProvider(provider)).toEqual(first);
    });

    test("a provider of others is refused, and left as it is", async () => {
      await identity().createOidcProvider({ ...provider, tags: otherTags });
      await expect(identity().createOidcProvider(provider)).rejects.toMatchObject({
        code: "GT-AWS-NOT-OURS",
        retry: undefined,
      });
      expect(await identity().findOidcProvider(url)).toMatchObject({ tags: otherTags });
    });

    test("a deleted provider is gone, and deleting it again is no failure", async () => {
      await identity().createOidcProvider(provider);
      await identity().deleteOidcProvider(oidcArn);
      expect(await identity().findOidcProvider(url)).toBeUndefined();
      await identity().deleteOidcProvider(oidcArn);
    });
  });
}

const subject = { namespace: "external-dns", serviceAccount: "external-dns" };

/** Pod Identity associations, as part of the Identity contract; the cluster `demo` is there. */
export function describeAssociations(identity: () => Identity): void {
  const makeRole = async (name = "external-dns") => {
    const role = { name, description: "d", trust: podTrust(), tags: ourTags };
    return (await identity().createRole(role)).arn;
  };
  const associate = async (
    overrides: { namespace?: string; serviceAccount?: string } = {},
    tags = ourTags,
  ) =>
    identity().createAssociation({
      cluster: "demo",
      ...subject,
      ...overrides,
      roleArn: await makeRole(),
      tags,
    });

  const ids = async (filter: { namespace?: string; serviceAccount?: string }) =>
    (await identity().listAssociations("demo", filter)).map(({ id }) => id).toSorted();

  describe("Pod Identity associations", () => {
    test("there are none at first", async () => {
      expect(await identity().listAssociations("demo", {})).toEqual([]);
    });

    test("a created association is listed as it was given", async () => {
      const created = await associate();
      expect(created).toEqual({
        ...subject,
        id: expect.stringMatching(/^a-/),
        roleArn: "arn:aws:iam::123456789012:role/external-dns",
        tags: ourTags,
      });
      expect(await identity().listAssociations("demo", {})).toEqual([created]);
      expect(await identity().listAssociations("auto", {})).toEqual([]);
    });

    test("lists by namespace and by ServiceAccount", async () => {
      const first = await associate();
      const second = await associate({ serviceAccount: "other" });
      const third = await associate({ namespace: "dns" });
      expect(await ids({})).toEqual([first.id, second.id, third.id].toSorted());
      expect(await ids({ namespace: "external-dns" })).toEqual([first.id, second.id].toSorted());
      expect(await ids(subject)).toEqual([first.id]);
      expect(await ids({ namespace: "nowhere" })).toEqual([]);
    });

    test("creating our own association again adopts it and brings its role up to date", async () => {
      const first = await associate();
      expect(await associate()).toEqual(first);
      const roleArn = await makeRole("replacement");
      const moved = await identity().createAssociation({
        cluster: "demo",
        ...subject,
        roleArn,
        tags: ourTags,
      });
      expect(moved).toEqual({ ...first, roleArn });
      expect(await identity().listAssociations("demo", {})).toEqual([moved]);
    });

    test("an association of others is refused with its role, and left as it is", async () => {
      const theirs = await associate({}, otherTags);
      await expect(associate()).rejects.toMatchObject({
        code: "GT-AWS-NOT-OURS",
        retry: undefined,
        message: expect.stringContaining(theirs.roleArn),
      });
      expect(await identity().listAssociations("demo", {})).toEqual([theirs]);
    });

    test("an association with a role that is not there yet may pass later", async () => {
      const roleArn = "arn:aws:iam::123456789012:role/absent";
      const creation = identity().createAssociation({
        cluster: "demo",
        ...subject,
        roleArn,
        tags: ourTags,
      });
      await expect(creation).rejects.toMatchObject({
        code: "GT-AWS-IAM-NOT-READY",
        retry: { limitMs: 120_000 },
      });
    });

    test("the role of an association can be replaced", async () => {
      const created = await associate();
      const roleArn = await makeRole("replacement");
      await identity().updateAssociation("demo", created.id, roleArn);
      expect(await identity().listAssociations("demo", subject)).toEqual([{ ...created, roleArn }]);
    });

    test("a deleted association is gone, and deleting it again is no failure", async () => {
      const { id } = await associate();
      await identity().deleteAssociation("demo", id);
      expect(await identity().listAssociations("demo", {})).toEqual([]);
      await identity().deleteAssociation("demo", id);
    });

    test("associations of a cluster that is not there are a failure, not an empty list", async () => {
      await expect(identity().listAssociations("absent", {})).rejects.toMatchObject({
        code: "GT-CLUSTER-NOT-FOUND",
        retry: undefined,
      });
    });
  });
}
