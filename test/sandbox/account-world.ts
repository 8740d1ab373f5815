import { type Sandbox } from "../../src/sandbox/sandbox.ts";
import type { AccountFixture } from "../contract/aws/account.ts";
import { newSandbox } from "./bring-up.ts";

/** A sandbox whose AWS account is a contract's. */
export async function sandboxOf(
  fixture: AccountFixture,
  faults: readonly string[] = [],
): Promise<Sandbox> {
  const sandbox = await newSandbox({ faults });
  const { aws } = sandbox.simulation.state;
  const { account, arn, partition, region } = fixture.caller;
  Object.assign(aws, { account, partition, region, callerArn: arn });
  aws.clusters = Object.fromEntries(fixture.clusters.map((cluster) => [cluster.name, cluster]));
  aws.addons = {};
  aws.zones = Object.fromEntries(
    fixture.zones.map(({ zone, nameServers, records }) => [
      zone.id,
      {
        ...zone,
        nameServers: [...nameServers],
        records: records.map((record) => ({ ...structuredClone(record), visibleFrom: 0 })),
      },
    ]),
  );
  return sandbox;
}
