import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { createAws } from "../../../src/adapters/aws/aws.ts";
import { startAwsEndpoint } from "../../support/aws-endpoint/endpoint.ts";

const { cache } = createRequire(import.meta.url);
const listLoaded = (): string[] => {
  const paths = Object.keys(cache).join("\n");
  const found = paths.matchAll(/@aws-sdk\/(client-[\w-]+)/g);
  return [...new Set([...found].map(([, name = ""]) => name))];
};

test("nothing of the SDK is loaded before it is used, and then one service only", async () => {
  const endpoint = await startAwsEndpoint();
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
  const tuning = { endpoint: endpoint.url, credentials };
  const aws = createAws({ region: "eu-west-1", env: {}, tuning });
  expect(listLoaded()).toEqual([]);
  await aws.caller.identify();
  expect(listLoaded()).toEqual(["client-sts"]);
  await aws.close();
  await endpoint.close();
});
