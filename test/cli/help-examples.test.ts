import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verbs } from "../../src/commands/verbs.ts";
import { argumentsOf } from "../docs/document.ts";
import { runCli } from "../support/run-cli.ts";

const configFile = `
apiVersion: gateway-tls/v1
kind: Config
domain: example.com
email: ops@example.com
cluster: demo
hosts:
  - hostname: www.example.com
    backend: shop/web:80
`;
const hostsFile = `
hosts:
  - hostname: app.example.com
    backend: shop/web:80
`;

let folder: string;
const env = (state: string) => ({
  GATEWAY_TLS_SANDBOX: "true",
  GATEWAY_TLS_SANDBOX_STATE: join(folder, state),
  GATEWAY_TLS_CLUSTER: "demo",
  GATEWAY_TLS_YES: "true",
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-tls-examples-"));
  await writeFile(join(folder, "gateway-tls.yaml"), configFile);
  await writeFile(join(folder, "hosts.yaml"), hostsFile);
  await runCli(["init"], { env: env("one-host.json"), cwd: folder });
  await copyFile(join(folder, "one-host.json"), join(folder, "two-hosts.json"));
  await runCli(["add-host", "api.example.com", "--backend", "shop/api:8080"], {
    env: env("two-hosts.json"),
    cwd: folder,
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** The world in which somebody would type it: none yet, with the first host, with two. */
function stateFor(verb: string, line: string): string | undefined {
  if (verb === "init" || line.includes("--pre")) return undefined;
  return verb === "add-host" ? "one-host.json" : "two-hosts.json";
}

const examples = verbs.flatMap(({ name, examples: lines }) =>
  lines.map((line) => ({ name, line })),
);

test.each(examples)("an example of --help works: $line", async ({ name, line }) => {
  const state = stateFor(name, line);
  if (state === undefined) await rm(join(folder, "state.json"), { force: true });
  else await copyFile(join(folder, state), join(folder, "state.json"));
  const args = argumentsOf(line.replaceAll(/\s*\\\n\s*/g, " ")) ?? [];
  const { exitCode, stderr } = await runCli(args, { env: env("state.json"), cwd: folder });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
});

test("every command has an example, and examples of its own", () => {
  const wrong = verbs.filter(
    ({ name, examples: lines }) =>
      lines.length === 0 || !lines.every((line) => line.startsWith(`gateway-tls ${name}`)),
  );
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
