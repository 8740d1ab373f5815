import type { Identity } from "../../src/ports/aws.ts";
import { describeCallerContract } from "../contract/aws/caller-contract.ts";
import { describeClustersContract } from "../contract/aws/clusters-contract.ts";
import { describeExpiredContract } from "../contract/aws/expired-contract.ts";
import { describeIdentityContract } from "../contract/aws/identity-contract.ts";
import { describeZonesContract } from "../contract/aws/zones-contract.ts";
import { sandboxOf } from "./account-world.ts";

describeCallerContract("the sandbox", (account) => sandboxOf(account));
describeClustersContract("the sandbox", (account) => sandboxOf(account));
describeExpiredContract("the sandbox", (account) => sandboxOf(account, ["expired-credentials"]));
describeZonesContract("the sandbox", async (account) => ({
  ...(await sandboxOf(account)),
  account,
}));
describeIdentityContract("the sandbox", async (fixture) => {
  const sandbox = await sandboxOf(fixture);
  // The contract begins where IAM has caught up; the sandbox's takes its time as the real one does.
  const createRole: Identity["createRole"] = async (role) => {
    const created = await sandbox.identity.createRole(role);
    await sandbox.clock.sleep(10_000);
    return created;
  };
  return { identity: { ...sandbox.identity, createRole }, close: () => sandbox.close() };
});
