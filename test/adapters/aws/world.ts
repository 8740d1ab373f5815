import { type Aws, createAws } from "../../../src/adapters/aws/aws.ts";
import type { AwsOptions } from "../../../src/adapters/aws/services.ts";
import { type AccountFixture, contractAccount } from "../../contract/aws/account.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../support/aws-endpoint/endpoint.ts";

export interface AwsWorld {
  aws: Aws;
  endpoint: AwsEndpoint;
  close(): Promise<void>;
}

/** The real adapter against an endpoint of its own; retries do not wait. */
export async function openAws(
  { tuning, ...options }: Partial<AwsOptions> = {},
  fixture: AccountFixture = contractAccount,
): Promise<AwsWorld> {
  const endpoint = await startAwsEndpoint(fixture);
  const aws = createAws({
    region: fixture.caller.region,
    env: {},
    ...options,
    tuning: {
      endpoint: endpoint.url,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
      backoffMs: () => 0,
      ...tuning,
    },
  });
  return {
    aws,
    endpoint,
    async close() {
      await aws.close();
      await endpoint.close();
    },
  };
}
