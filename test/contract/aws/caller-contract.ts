import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount } from "./account.ts";

export interface CallerWorld {
  caller: Caller;
  close(): Promise<void>;
}

/** What every Caller does, the real one and the sandbox's. */
export function describeCallerContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<CallerWorld>,
): void {
  describe(`Caller: ${title}`, () => {
    test.each([
      contractAccount.caller,
      {
        account: "210987654321",
        arn: "arn:aws-cn:iam::210987654321:user/li",
        partition: "aws-cn",
        region: "cn-north-1",
      },
    ])("identifies $arn", async (caller) => {
      const world = await make({ ...contractAccount, caller });
      try {
        expect(await world.caller.identify()).toEqual(caller);
        expect(await world.caller.identify()).toEqual(caller);
      } finally {
        await world.close();
      }
    });
  });
}
