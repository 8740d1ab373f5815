import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clusters } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount, otherTags, ourTags } from "./account.ts";

export interface ClustersWorld {
  clusters: Clusters;
  close(): Promise<void>;
}

const AGENT = "eks-pod-identity-agent";

/** What every Clusters does, the real one and the sandbox's. */
export function describeClustersContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<ClustersWorld>,
): void {
  describe(`Clusters: ${title}`, () => {
    let world: ClustersWorld;
    let clusters: Clusters;
    beforeEach(async () => {
      world = await make(contractAccount);
      clusters = world.clusters;
    });
    afterEach(() => world.close());

    test("lists every cluster by name", async () => {
      expect((await clusters.list()).toSorted()).toEqual(["auto", "demo", "new"]);
    });

    test.each(contractAccount.clusters)("finds $name, $status, as it is", async (cluster) => {
      expect(await clusters.find(cluster.name)).toEqual(cluster);
    });

    test("finds no cluster where there is none", async () => {
      expect(await clusters.find("absent")).toBeUndefined();
    });

    test("a created add-on is listed with its tags, and only on its cluster", async () => {
      expect(await clusters.listAddons("demo")).toEqual([]);
      await clusters.createAddon("demo", AGENT, ourTags);
      const [addon, ...others] = await clusters.listAddons("demo");
      expect(others).toEqual([]);
      expect(addon).toMatchObject({ name: AGENT, tags: ourTags });
      expect(addon?.version).toMatch(/^v\d/);
      expect(["CREATING", "ACTIVE"]).toContain(addon?.status);
      expect(await clusters.listAddons("auto")).toEqual([]);
    });

    test("creating an add-on of ours again changes nothing", async () => {
      await clusters.createAddon("demo", AGENT, ourTags);
      await clusters.createAddon("demo", AGENT, ourTags);
      expect(await clusters.listAddons("demo")).toHaveLength(1);
    });

    test("an add-on of others is refused, and left as it is", async () => {
      await clusters.createAddon("demo", AGENT, otherTags);
      await expect(clusters.createAddon("demo", AGENT, ourTags)).rejects.toMatchObject({
        code: "GT-AWS-NOT-OURS",
        retry: undefined,
      });
      expect(await clusters.listAddons("demo")).toMatchObject([{ tags: otherTags }]);
    });

    test("a deleted add-on is gone, and deleting it again is no failure", async () => {
      await clusters.createAddon("demo", AGENT, ourTags);
      await clusters.deleteAddon("demo", AGENT);
      expect(await clusters.listAddons("demo")).toEqual([]);
      await clusters.deleteAddon("demo", AGENT);
    });

    test("add-ons of a cluster that is not there are a failure, not an empty list", async () => {
      await expect(clusters.listAddons("absent")).rejects.toMatchObject({
        code: "GT-CLUSTER-NOT-FOUND",
        retry: undefined,
      });
    });
  });
}
