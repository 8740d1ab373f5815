import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfigFile, writeConfig } from "../../src/config/config-file.ts";
import type { Config } from "../../src/config/config.ts";
import type { JsonObject } from "../../src/json.ts";
import { UsageError } from "../../src/errors.ts";

const schema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/config.schema.json"), "utf8"),
);
const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,12}[a-z0-9])?$/);
const source = fc.constantFrom("./a.tgz", "https://x.example/a.tgz", "oci://x.example/a");
const optional = { requiredKeys: [] };
const PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const url = fc.constantFrom("https://ca.example/dir", "https://ca.example:14000/dir?x=1");
const json = fc.dictionary(
  fc.stringMatching(/^[a-zA-Z.~-]{1,12}$/),
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("__proto__")),
);
const values = json.map((value): JsonObject => JSON.parse(JSON.stringify(value)));
const chart = fc.record({ source, values }, optional);

const configs = fc.record(
  {
    domain: fc.constant("example.com"),
    email: fc.constantFrom("ops@example.com", "on@example.net"),
    cluster: fc.stringMatching(/^[0-9A-Za-z][A-Za-z0-9_-]{0,20}$/),
    region: fc.constantFrom("eu-west-1", "us-gov-west-1"),
    zoneId: fc.stringMatching(/^[A-Z0-9]{1,32}$/),
    identity: fc.constantFrom("auto", "pod-identity", "irsa"),
    issuer: fc.constantFrom("production", "staging"),
    versions: fc.constantFrom("current", "2025"),
    namespaces: fc.record({
      gateway: label,
      externalDns: label,
      gatewayController: label,
      certManager: label,
      sampleApp: label,
    }),
    hosts: fc.uniqueArray(
      fc.record({
        hostname: label
          .filter((name) => !name.startsWith("--", 2))
          .map((name) => `${name}.example.com`),
        backend: fc.record({
          namespace: label,
          service: label,
          port: fc.integer({ min: 1, max: 65_535 }),
        }),
        path: fc.constantFrom("/", "/a/b"),
      }),
      { selector: ({ hostname }) => hostname, maxLength: 4 },
    ),
    sampleApp: fc.boolean(),
    loadBalancer: fc.record({
      provider: fc.constantFrom("auto", "lbc", "auto-mode", "in-tree"),
      scheme: fc.constantFrom("internet-facing", "internal"),
      annotations: fc.dictionary(fc.constantFrom("a.example/b", "c"), fc.string()),
    }),
    redirect: fc.boolean(),
    charts: fc.record(
      { "external-dns": chart, "nginx-gateway-fabric": chart, "cert-manager": chart },
      optional,
    ),
    crds: fc.record({ "gateway-api": source }, optional),
    acme: fc.record(
      { server: url, stagingServer: url, caBundle: fc.constant(PEM) },
      { requiredKeys: ["server", "stagingServer"] },
    ),
    permissionsBoundary: fc.constant("arn:aws:iam::123456789012:policy/bound"),
  },
  {
    requiredKeys: [
      ...(["domain", "email", "cluster", "region", "identity", "issuer", "versions"] as const),
      ...(["namespaces", "hosts", "sampleApp", "loadBalancer", "redirect"] as const),
      ...(["charts", "crds", "acme"] as const),
    ],
  },
) satisfies fc.Arbitrary<Config>;

/** A document without prototypes, as JSON has them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("what is written is read back the same, and fits the schema", async () => {
  await fc.assert(
    fc.asyncProperty(configs, async (config) => {
      const text = writeConfig(config);
      expect(plain(await readConfigFile(text))).toEqual(plain(config));
      expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
    }),
  );
});

const head = "apiVersion: gateway-tls/v1\nkind: Config\n";

async function messageOf(text: string): Promise<string> {
  try {
    await readConfigFile(text);
  } catch (error) {
    if (error instanceof UsageError && error.code === "GT-CONFIG-FILE") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a wrong file", () => {
  test.each([
    ["domain: [", "gateway-tls.yaml:4: this is not YAML"],
    ["domain: *nobody", "gateway-tls.yaml:1: this is not YAML"],
    ["hosts:\n  - hostname: www\ndomain: example.com", "Did you mean www.example.com?"],
    [
      "domian: example.com",
      'gateway-tls.yaml:3 domian: unknown key "domian". Did you mean domain?',
    ],
    [
      "acme:\n  sever: x",
      'gateway-tls.yaml:4 acme.sever: unknown key "sever". Did you mean server?',
    ],
    ["hosts:\n  - hostname: a.example.com\n    backnd: x", "gateway-tls.yaml:5 hosts[0].backnd"],
    ["hosts:\n  - path: /", "gateway-tls.yaml:4 hosts[0].hostname: is missing."],
    ["email: nobody", "gateway-tls.yaml:3 email: "],
    ["redirect: maybe", "gateway-tls.yaml:3 redirect: is not true or false."],
    ["domain: {a: b}", "gateway-tls.yaml:3 domain: is not a text."],
    ["charts:\n  cert-manger: {}", "Did you mean cert-manager?"],
  ])("%j: %s", async (text, message) => {
    expect(await messageOf(`${head}${text}\n`)).toContain(message);
  });

  test("tells all that is wrong at once", async () => {
    const message = await messageOf(
      `${head}email: x\nidentity: isra\nnamespaces:\n  gateway: A B\n`,
    );
    expect(message.split("\n")).toEqual([
      "3 things are wrong:",
      expect.stringContaining("  - gateway-tls.yaml:3 email: "),
      expect.stringContaining("  - gateway-tls.yaml:4 identity: "),
      expect.stringContaining("  - gateway-tls.yaml:6 namespaces.gateway: "),
    ]);
  });

  test("tells unknown keys and wrong values together, line by line", async () => {
    const text = `apiVersion: gateway-tls/v2
kind: Config
emial: ops@example.com
dommain: example.com
hosts:
  - hostname: a_b.example.com
    bakend: shop/web:80
identity: foo
`;
    const { message } = await readConfigFile(text).then(
      () => ({ message: "" }),
      (error: unknown) => (error instanceof Error ? error : { message: "" }),
    );
    const [title, ...lines] = message.split("\n");
    expect(title).toBe("6 things are wrong:");
    expect(lines.map((line) => line.split(" ")[3])).toEqual(
      [1, 3, 4, 6, 7, 8].map((line) => `gateway-tls.yaml:${line}`),
    );
  });

  test("needs its apiVersion", async () => {
    expect(await messageOf("kind: Config\n")).toContain("apiVersion: is missing");
    expect(await messageOf("apiVersion: gateway-tls/v2\nkind: Config\n")).toContain(
      "gateway-tls.yaml:1 apiVersion: is not gateway-tls/v1.",
    );
  });
});

test("a version set is a text, however YAML reads it", async () => {
  expect(await readConfigFile(`${head}versions: 2025\n`)).toEqual({ versions: "2025" });
});

test("the schema refuses what the reader refuses", () => {
  for (const text of ["domian: x", "hosts: [{path: /}]", "identity: isra", "acme: {sever: x}"]) {
    expect(fits(parse(`${head}${text}`)), text).toBe(false);
  }
});
