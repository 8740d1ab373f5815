import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/partial-config.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Flags } from "../../src/config/settings.ts";
import { complete, errorOf, type Given, resolveOptions } from "./resolving.ts";

async function resolve(given: Given, kept?: PartialConfig) {
  const resolved = await resolveOptions(given);
  const { config } = await resolveConfig({ resolved, ...(kept === undefined ? {} : { kept }) });
  return config;
}

test("flag over environment over file over kept over default", async () => {
  const kept: PartialConfig = { identity: "irsa", issuer: "staging", versions: "2025" };
  const file = "issuer: production\nidentity: pod-identity\nloadBalancer: {scheme: internal}";
  const env = { GATEWAY_TLS_IDENTITY: "auto", GATEWAY_TLS_LOAD_BALANCER: "lbc" };
  const flags = { ...complete, loadBalancer: "in-tree" };
  expect(await resolve({ flags, env, file }, kept)).toMatchObject({
    identity: "auto",
    issuer: "production",
    versions: "2025",
    loadBalancer: { provider: "in-tree", scheme: "internal" },
    redirect: true,
    hosts: [
      {
        hostname: "www.example.de",
        backend: { namespace: "shop", service: "web", port: 80 },
        path: "/",
      },
    ],
  });
});

describe("hosts", () => {
  const file =
    "hosts:\n  - {hostname: a.example.de, backend: shop/a:80}\n  - {hostname: b.example.de, backend: shop/b:80}";

  test("that are kept stay when another is named", async () => {
    const kept: PartialConfig = {
      hosts: [{ hostname: "old.example.de", backend: { namespace: "x", service: "y", port: 1 } }],
    };
    const { hosts } = await resolve({ flags: { ...complete, host: "new.example.de" } }, kept);
    expect(hosts.map(({ hostname }) => hostname)).toEqual(["old.example.de", "new.example.de"]);
  });

  test("of a file are taken as they are", async () => {
    const { backend: _, ...flags } = complete;
    expect((await resolve({ flags, file })).hosts).toHaveLength(2);
  });

  test("a backend without a host is for one host only", async () => {
    const { message } = await errorOf(resolve({ file }));
    expect(message).toContain("--host is missing: there are 2 hosts");
  });

  test("outside the domain are refused", async () => {
    const flags = { ...complete, host: "www.example.org" };
    expect(await errorOf(resolve({ flags }))).toMatchObject({ exitCode: 2 });
  });

  test("are answered by the sample app when it is asked for", async () => {
    const { backend: _, ...rest } = complete;
    const config = await resolve({ flags: { ...rest, sampleApp: "true" } });
    expect(config.sampleApp).toBe(true);
    expect(config.hosts[0]?.backend).toEqual({
      namespace: config.namespaces.sampleApp,
      service: "coffee",
      port: 80,
    });
  });

  test("have a backend or the sample app, not both", async () => {
    const flags = { ...complete, sampleApp: "true" };
    expect((await errorOf(resolve({ flags }))).message).toContain("contradict");
  });
});

describe("rules of the CA", () => {
  test("Let's Encrypt's hold for a file too", async () => {
    const { email: _, ...flags } = complete;
    const error = await errorOf(resolve({ flags, file: "email: ops@example.com" }));
    expect(error.message).toContain("Let's Encrypt refuses");
  });

  test.each<[string, Flags]>([
    ["the sandbox", { sandbox: "true" }],
    ["a private CA", { acmeServer: "https://ca.corp.internal/dir" }],
  ])("%s takes any name", async (_, more) => {
    const names = { domain: "shop.corp.internal", email: "ops@example.com" };
    expect(await resolve({ flags: { ...complete, ...names, ...more } })).toMatchObject(names);
  });

  test("a private CA is its own staging unless another is named", async () => {
    const acmeServer = "https://ca.corp.internal/dir";
    const { acme } = await resolve({ flags: { ...complete, acmeServer } });
    expect(acme).toEqual({ server: acmeServer, stagingServer: acmeServer });
  });
});

test("charts stand in one order, whatever order the flags have", async () => {
  const charts = ["cert-manager=/a", "external-dns=/b"];
  const config = await resolve({ flags: { ...complete, charts } });
  expect(Object.keys(config.charts)).toEqual(["external-dns", "cert-manager"]);
});

test("names that a private CA serves stay good when the cluster keeps that CA", async () => {
  const kept: PartialConfig = {
    domain: "lab.example",
    email: "ops@lab.example",
    acme: { server: "https://ca.lab.example/directory" },
  };
  const { domain: _, email: __, ...flags } = complete;
  const { domain, acme } = await resolve({ flags }, kept);
  expect({ domain, server: acme.server }).toEqual({
    domain: "lab.example",
    server: "https://ca.lab.example/directory",
  });
});

test("all that is missing is told at once, kept values left out", async () => {
  const resolved = await resolveOptions({ flags: { cluster: "demo" } });
  const kept = { domain: "example.de" };
  const error = await errorOf(resolveConfig({ resolved, kept }));
  expect(error).toMatchObject({ code: "GT-CONFIG-MISSING", exitCode: 2 });
  expect(error.message).not.toContain("--domain");
  for (const text of ["--email", "--backend", "AWS_REGION"]) expect(error.message).toContain(text);
});

test.each<[string, Given, boolean]>([
  ["a terminal", { tty: true }, true],
  ["no terminal", {}, false],
  ["CI", { tty: true, env: { CI: "true" } }, false],
  ["--yes", { tty: true, flags: { ...complete, yes: "true" } }, false],
  ["a dumb terminal", { tty: true, env: { TERM: "dumb" } }, false],
])("%s: interactive is %s", async (_, given, interactive) => {
  expect((await resolveOptions(given)).interactive).toBe(interactive);
});

test("the sandbox has a region, and its flags need it", async () => {
  expect((await resolveOptions({ flags: { sandbox: "true" }, tty: true })).region).toBe(
    "eu-west-1",
  );
  const error = await errorOf(resolveOptions({ flags: { ...complete, sandboxFaults: ["x"] } }));
  expect(error.message).toContain("--sandbox-fault needs --sandbox");
});

test("what was given is not missing because something else is wrong", async () => {
  const flags: Flags = { domain: "com", email: "ops@example.de", sampleApp: "true" };
  const { message } = await errorOf(resolveOptions({ flags }));
  expect(message).toContain("--domain: ");
  expect(message).toContain("--cluster NAME");
  expect(message).not.toContain("--backend");
});

test("a host of one word is completed by the domain", async () => {
  const { message } = await errorOf(resolveOptions({ flags: { ...complete, host: "www" } }));
  expect(message).toContain("Did you mean www.example.de?");
});

describe("the environment", () => {
  test("is told like a flag when it is wrong", async () => {
    const { domain: _, ...flags } = complete;
    const error = await errorOf(resolveOptions({ flags, env: { GATEWAY_TLS_DOMAIN: "x" } }));
    expect(error).toMatchObject({ code: "GT-CONFIG-VALUE", exitCode: 2 });
    expect(error.message).toContain('GATEWAY_TLS_DOMAIN: "x" has no dot');
  });

  test("with a slip in a name of ours is refused, and other names are not", async () => {
    const env = { GATEWAY_TLS_DOMIAN: "example.com", GATEWAY_TLS_IMAGE_TAG: "1.0" };
    const { message } = await errorOf(resolveOptions({ env }));
    expect(message).toBe(
      "GATEWAY_TLS_DOMIAN: there is no such variable. Did you mean GATEWAY_TLS_DOMAIN?",
    );
  });
});

test("what is wrong is a file's when all of it stands in the file", async () => {
  const file = "identity: isra\nissuer: x";
  const alone = await errorOf(resolveOptions({ file }));
  expect(alone).toMatchObject({
    code: "GT-CONFIG-FILE",
    hint: expect.stringContaining("Correct the file"),
  });
  const both = await errorOf(resolveOptions({ file, flags: { ...complete, scheme: "x" } }));
  expect(both).toMatchObject({ code: "GT-CONFIG-VALUE", hint: expect.stringContaining("--help") });
  expect(both.message.split("\n").slice(1)).toEqual([
    expect.stringContaining("--scheme: "),
    expect.stringContaining("gateway-tls.yaml:3 identity: "),
    expect.stringContaining("gateway-tls.yaml:4 issuer: "),
  ]);
});

test("a file that is named must be there", async () => {
  const error = await errorOf(resolveOptions({ flags: { config: "none.yaml" } }));
  expect(error).toMatchObject({ code: "GT-CONFIG-FILE", exitCode: 2 });
});
