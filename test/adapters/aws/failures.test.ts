import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { accountFailures } from "./account-failures.ts";
import { callerFailures } from "./caller-failures.ts";
import { createPolicy, createRole } from "./failure-row.ts";
import { type AwsWorld, openAws } from "./world.ts";

async function failureOf(act: Promise<unknown>): Promise<UserError> {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`Expected a UserError, got ${String(error)}`, { cause: error });
}

describe("what AWS answers is told in our words", () => {
  let world: AwsWorld;
  beforeEach(async () => {
    world = await openAws({ profile: "ops" });
  });
  afterEach(() => world.close());

  test.each([...accountFailures, ...callerFailures])(
    "$on: $answer -> $code",
    async ({ on, answer, act, ...expected }) => {
      world.endpoint.add({ action: on, error: new AwsFailure(...answer) });
      const error = await failureOf(act(world.aws));
      expect(error.code).toBe(expected.code);
      expect(error.message).toMatch(expected.says);
      expect(error.hint).toMatch(expected.hint);
      expect(error.retry?.limitMs).toBe(
        expected.within === undefined ? undefined : expected.within * 1000,
      );
      expect(error.cause).toBeInstanceOf(Error);
    },
  );

  test("a cluster that is not there is told with the account, the region and those that are", async () => {
    const error = await failureOf(world.aws.identity.listAssociations("dmeo", {}));
    expect(error.message).toBe(
      "There is no EKS cluster dmeo in eu-west-1 of account 123456789012. There are: auto, demo, new.",
    );
  });

  test("what a role still holds, and what still holds a policy, is named", async () => {
    const { identity } = world.aws;
    const { arn } = await createPolicy(world.aws);
    await createRole(world.aws);
    await identity.attachPolicy("r", arn);
    expect((await failureOf(identity.deleteRole("r"))).message).toContain(arn);
    expect((await failureOf(identity.deletePolicy(arn))).message).toContain("role r");
    world.endpoint.add({
      action: "ListEntitiesForPolicy",
      error: new AwsFailure(403, "AccessDenied", "no"),
    });
    expect((await failureOf(identity.deletePolicy(arn))).code).toBe("GT-AWS-STILL-IN-USE");
  });

  test("an endpoint that nobody listens on may come up", async () => {
    const { url } = world.endpoint;
    await world.endpoint.close();
    const dead = await openAws({ tuning: { endpoint: url } });
    const error = await failureOf(dead.aws.caller.identify());
    expect(error).toMatchObject({ code: "GT-AWS-UNREACHABLE", retry: { limitMs: 60_000 } });
    expect(error.message).toContain("ECONNREFUSED");
    await dead.close();
    world = await openAws();
  });

  test.each([
    ["a sign-in page", "<html>Sign in <br> please</html>"],
    ["half of a reply", '{"clusters": ["de'],
    ["nothing", ""],
  ])("%s is not taken for a list without clusters", async (_, body) => {
    world.endpoint.add({ action: "ListClusters", edit: () => body });
    expect(await failureOf(world.aws.clusters.list())).toMatchObject({ code: "GT-AWS-REPLY" });
  });

  test("an endpoint that never answers is asked three times", async () => {
    const slow = await openAws({ tuning: { requestTimeoutMs: 20 } });
    slow.endpoint.add({ fault: "hang" });
    const error = await failureOf(slow.aws.caller.identify());
    expect(error).toMatchObject({ code: "GT-AWS-UNREACHABLE", retry: { limitMs: 60_000 } });
    expect(slow.endpoint.calls).toHaveLength(3);
    await slow.close();
  });

  test("a reply that is not AWS's is not taken for an empty one", async () => {
    world.endpoint.add({ action: "GetCallerIdentity", edit: () => "<GetCallerIdentityResponse/>" });
    const error = await failureOf(world.aws.caller.identify());
    expect(error.code).toBe("GT-AWS-REPLY");
  });
});
