import type { Caller } from "../../ports/aws.ts";
import { expectField } from "./ask.ts";
import type { Services } from "./services.ts";

/** Who asks, by STS. */
export function createCaller({ sts, region }: Services): Caller {
  return {
    async identify() {
      const reply = await sts(
        { action: "sts:GetCallerIdentity", resource: "*" },
        ({ client, sdk }) => client.send(new sdk.GetCallerIdentityCommand({})),
      );
      const arn = expectField(reply.Arn, "Arn");
      const account = expectField(reply.Account, "Account");
      return { account, arn, partition: expectField(arn.split(":")[1], "partition"), region };
    },
  };
}
