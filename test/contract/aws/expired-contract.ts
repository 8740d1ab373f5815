import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Caller, Clusters, HostedZones, Identity } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount, ourTags, podTrust } from "./account.ts";

/** An account whose caller's credentials have expired. */
export interface ExpiredWorld {
  caller: Caller;
  clusters: Clusters;
  identity: Identity;
  zones: HostedZones;
  close(): Promise<void>;
}

const calls: [string, (world: ExpiredWorld) => Promise<unknown>][] = [
  ["Caller", ({ caller }) => caller.identify()],
  ["Clusters", ({ clusters }) => clusters.find("demo")],
  ["Clusters, writing", ({ clusters }) => clusters.createAddon("demo", "agent", ourTags)],
  ["Identity", ({ identity }) => identity.findRole("absent")],
  [
    "Identity, writing",
    ({ identity }) =>
      identity.createRole({ name: "new", description: "", trust: podTrust(), tags: ourTags }),
  ],
  ["HostedZones", ({ zones }) => zones.list()],
  ["HostedZones, writing", ({ zones }) => zones.deleteRecords("Z0PUBLIC1", [record])],
];

const record = { name: "www.example.com", type: "A", ttlSeconds: 60, values: ["192.0.2.1"] };

/** What every port of AWS says of expired credentials, the real ones and the sandbox's. */
export function describeExpiredContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<ExpiredWorld>,
): void {
  describe(`Caller: expired credentials: ${title}`, () => {
    let world: ExpiredWorld;
    beforeAll(async () => {
      world = await make(contractAccount);
    });
    afterAll(() => world.close());

    test.each(calls)("%s: says so, with what to do, and that it does not pass", async (_, call) => {
      await expect(call(world)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-AWS-CREDENTIALS-EXPIRED",
        exitCode: 1,
        message: expect.stringContaining("expired") as unknown,
        hint: expect.stringMatching(/./) as unknown,
        retry: undefined,
      });
    });
  });
}
