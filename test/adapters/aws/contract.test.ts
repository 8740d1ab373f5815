import { describeCallerContract } from "../../contract/aws/caller-contract.ts";
import type { AccountFixture } from "../../contract/aws/account.ts";
import { describeClustersContract } from "../../contract/aws/clusters-contract.ts";
import { describeIdentityContract } from "../../contract/aws/identity-contract.ts";
import { describeZonesContract } from "../../contract/aws/zones-contract.ts";
import { openAws } from "./world.ts";

const make = async (fixture: AccountFixture) => {
  const world = await openAws({}, fixture);
  return { ...world.aws, account: fixture, close: () => world.close() };
};

describeCallerContract("the SDK", make);
describeClustersContract("the SDK", make);
describeIdentityContract("the SDK", make);
describeZonesContract("the SDK", make);
