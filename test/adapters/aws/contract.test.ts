import { describeCallerContract } from "../../contract/aws/caller-contract.ts";
import type { AccountFixture } from "../../contract/aws/account.ts";
import { describeClustersContract } from "../../contract/aws/clusters-contract.ts";
import { describeExpiredContract } from "../../contract/aws/expired-contract.ts";
import { describeIdentityContract } from "../../contract/aws/identity-contract.ts";
import { describeZonesContract } from "../../contract/aws/zones-contract.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { openAws } from "./world.ts";

/** As EKS spells it. */
const EKS = "ExpiredTokenException";

const make = async (fixture: AccountFixture) => {
  const world = await openAws({}, fixture);
  return { ...world.aws, account: fixture, close: () => world.close() };
};

describeCallerContract("the SDK", make);
describeClustersContract("the SDK", make);
describeIdentityContract("the SDK", make);
describeZonesContract("the SDK", make);
describeExpiredContract("the SDK", async (fixture) => {
  const world = await openAws({}, fixture);
  const { endpoint } = world;
  const message = "The security token included in the request is expired";
  endpoint.add({ service: "eks", error: new AwsFailure(403, EKS, message) });
  endpoint.add({ error: new AwsFailure(403, "ExpiredToken", message) });
  return { ...world.aws, close: () => world.close() };
});
