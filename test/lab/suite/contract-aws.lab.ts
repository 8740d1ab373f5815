import { afterAll, beforeAll } from "vitest";
import { describeCallerContract } from "../../contract/aws/caller-contract.ts";
import type { AccountFixture } from "../../contract/aws/account.ts";
import { describeClustersContract } from "../../contract/aws/clusters-contract.ts";
import { describeExpiredContract } from "../../contract/aws/expired-contract.ts";
import { describeIdentityContract } from "../../contract/aws/identity-contract.ts";
import { describeZonesContract } from "../../contract/aws/zones-contract.ts";
import { type AwsLab, startAwsLab } from "./aws-world.ts";

let lab: AwsLab;
beforeAll(async () => {
  lab = await startAwsLab();
});
afterAll(() => lab.stop());

const make = (fixture: AccountFixture) => lab.open(fixture);

describeCallerContract("the SDK and the lab's endpoint", make);
describeClustersContract("the SDK and the lab's endpoint", make);
describeIdentityContract("the SDK and the lab's endpoint", make);
describeZonesContract("the SDK and the lab's endpoint", make);
describeExpiredContract("the SDK and the lab's endpoint", async (fixture) => {
  const world = await lab.open(fixture);
  const takeBack = lab.expireCredentials();
  return {
    ...world,
    close: async () => {
      takeBack();
      await world.close();
    },
  };
});
