import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PartialConfig } from "../../src/config/partial-config.ts";
import { resolveConfig, resolveRunOptions } from "../../src/config/resolve.ts";
import type { Flags } from "../../src/config/settings.ts";
import { createWizard, type Offers } from "../../src/config/wizard.ts";
import { UserError } from "../../src/errors.ts";
import { ScriptedTerminal } from "../support/terminal.ts";

const complete: Flags = {
  domain: "example.de",
  email: "ops@example.de",
  cluster: "demo",
  region: "eu-west-1",
  backend: "shop/web:80",
};

interface Given {
  flags?: Flags;
  env?: NodeJS.ProcessEnv;
  file?: string;
  tty?: boolean;
}

function resolveOptions({ flags = complete, env = {}, file, tty = false }: Given) {
  const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-config-"));
  if (file !== undefined) {
    const text = `apiVersion: gateway-tls/v1\nkind: Config\n${file}\n`;
    writeFileSync(join(cwd, "gateway-tls.yaml"), text);
  }
  const stream = { isTTY: tty };
  return resolveRunOptions({
    command: "init",
    flags,
    io: { stdin: stream, stderr: stream, env, cwd },
  });
}

async function resolve(given: Given, kept?: PartialConfig) {
  const resolved = await resolveOptions(given);
  const { config } = await resolveConfig({ resolved, ...(kept === undefined ? {} : { kept }) });
  return config;
}

async function errorOf(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw new Error("no UserError", { cause: error });
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

test("a file that is named must be there", async () => {
  const error = await errorOf(resolveOptions({ flags: { config: "none.yaml" } }));
  expect(error).toMatchObject({ code: "GT-CONFIG-FILE", exitCode: 2 });
});

describe("the wizard", () => {
  const offers: Offers = {
    clusters: () => Promise.resolve(["demo"]),
    zones: () =>
      Promise.resolve([
        { id: "Z1", name: "example.de", private: false },
        { id: "Z2", name: "inside.example.de", private: true },
      ]),
    services: () => Promise.resolve([{ namespace: "shop", service: "web", port: 80 }]),
  };

  async function interview(terminal: ScriptedTerminal, flags: Flags, own: Partial<Offers> = {}) {
    const resolved = await resolveOptions({ flags: { region: "eu-west-1", ...flags }, tty: true });
    const ask = createWizard(terminal, { ...offers, ...own });
    return (await resolveConfig({ resolved, ask })).config;
  }

  test("offers what exists, and asks in order", async () => {
    const answers = ["example.de", "ops@example.de", "demo", "", "shop/web:80"];
    const terminal = new ScriptedTerminal(answers);
    const config = await interview(terminal, {});
    expect(terminal.asked.map((text) => text.split(" ")[0])).toEqual([
      "Domain",
      "Email",
      "EKS",
      "Host",
      "Backend",
    ]);
    expect(terminal.offered["Domain"]?.[0]).toBe("example.de");
    expect(terminal.offered["Domain"]).not.toContain("inside.example.de");
    expect(config.hosts[0]?.hostname).toBe("www.example.de");
  });

  test("asks only for what is open", async () => {
    const { email: _, ...flags } = complete;
    const terminal = new ScriptedTerminal(["nobody", "ops@example.de"]);
    const config = await interview(terminal, { ...flags, host: "a.example.de" });
    expect(terminal.asked).toEqual(["Email for the certificate authority"]);
    expect(terminal.refusals[0]).toContain("one @ is needed");
    expect(config.email).toBe("ops@example.de");
  });

  test("falls back to typing, with the reason, when nothing can be listed", async () => {
    const denied = () => Promise.reject(new UserError("GT-AWS-DENIED", "AWS says no."));
    const { cluster: _, ...flags } = complete;
    const terminal = new ScriptedTerminal(["bad name", "other"]);
    const config = await interview(
      terminal,
      { ...flags, host: "a.example.de" },
      { clusters: denied },
    );
    expect(terminal.notes).toEqual(["The clusters cannot be listed: AWS says no."]);
    expect(config.cluster).toBe("other");
  });
});
