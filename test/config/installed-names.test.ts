import { expect, test } from "vitest";
import { resolveConfig, resolveRunOptions } from "../../src/config/resolve.ts";

const kept = { domain: "corp.internal", email: "ops@example.com", cluster: "demo", hosts: [] };

async function settle(installed: boolean) {
  const stream = { isTTY: false };
  const resolved = await resolveRunOptions({
    command: "uninstall",
    flags: { yes: "true" },
    io: { stdin: stream, stderr: stream, env: {}, cwd: import.meta.dirname },
  });
  return resolveConfig({ resolved, kept, region: "eu-west-1", installed });
}

test("names that a public CA would refuse are refused before they are installed", async () => {
  await expect(settle(false)).rejects.toMatchObject({ code: "GT-CONFIG-VALUE" });
});

test("names of an installation were accepted once, and are not judged again", async () => {
  const { config } = await settle(true);
  expect(config).toMatchObject({ domain: "corp.internal", email: "ops@example.com" });
});
