import { expect, test } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Flags } from "../../src/config/settings.ts";
import { createWizard, type Offers } from "../../src/config/wizard.ts";
import { UserError } from "../../src/errors.ts";
import { ScriptedTerminal } from "../support/terminal.ts";
import { complete, errorOf, resolveOptions } from "./resolving.ts";

const offers: Offers = {
  clusters: () => Promise.resolve(["demo"]),
  zones: () =>
    Promise.resolve([
      { id: "Z1", name: "example.de", private: false },
      { id: "Z2", name: "inside.example.de", private: true },
    ]),
  isDelegated: ({ id }) => Promise.resolve(id === "Z3"),
  services: () =>
    Promise.resolve([
      { namespace: "shop", name: "web", ports: [80] },
      {
        namespace: "gateway-tls",
        name: "gateway-tls-nginx",
        ports: [80],
        gateway: "gateway-tls",
      },
      { namespace: "cert-manager", name: "cert-manager", ports: [9402] },
      { namespace: "default", name: "kubernetes", ports: [443] },
    ]),
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
  expect(terminal.offered["Backend"]).toEqual(["shop/web:80", "a sample app", "another Service"]);
});

test("refuses what is typed and does not exist, with the nearest", async () => {
  const answers = [
    "another domain, or one below these",
    "shop.exampel.de",
    "shop.example.de",
    "ops@example.de",
    "another cluster",
    "dmo",
    "demo",
    "shop",
    "shop.shop.example.de",
    "another Service",
    "shop/wbe:80",
    "gateway-tls/gateway-tls-nginx:80",
    "shop/web:80",
  ];
  const terminal = new ScriptedTerminal(answers);
  const config = await interview(terminal, {});
  const wanted = ["shop.example.de?", "demo?", "shop.shop.example.de?", "shop/web:80?"];
  expect(terminal.refusals).toEqual([
    ...wanted.map((text) => expect.stringContaining(`Did you mean ${text}`)),
    expect.stringContaining("would come back to it"),
  ]);
  expect(config).toMatchObject({ domain: "shop.example.de", cluster: "demo" });
});

test("offers the zones where several have the domain's name, the delegated one first", async () => {
  const twin = (id: string) => ({ id, name: "example.de", private: false });
  const terminal = new ScriptedTerminal(["Z3 (delegated)", "ops@example.de"]);
  const { email: _, ...flags } = complete;
  const zones = () => Promise.resolve([twin("Z1"), twin("Z3")]);
  const config = await interview(terminal, { ...flags, host: "a.example.de" }, { zones });
  expect(terminal.offered["Hosted zone of example.de"]).toEqual([
    "Z3 (delegated)",
    "Z1 (not delegated)",
  ]);
  expect(config.zoneId).toBe("Z3");
});

test.each<[string, Partial<Offers>]>([
  ["GT-ZONE-NOT-FOUND", { zones: () => Promise.resolve([]) }],
  ["GT-CLUSTER-NOT-FOUND", { clusters: () => Promise.resolve([]) }],
])("ends with %s where there is nothing to choose from", async (code, own) => {
  const terminal = new ScriptedTerminal(["example.de", "ops@example.de"]);
  expect(await errorOf(interview(terminal, {}, own))).toMatchObject({ code });
});

test("asks for no backend when one was given before the domain", async () => {
  const terminal = new ScriptedTerminal(["example.de", "a.example.de"]);
  const { domain: _, ...flags } = complete;
  const { hosts } = await interview(terminal, flags);
  expect(terminal.asked).toEqual(["Domain", "Host"]);
  expect(hosts[0]?.backend.service).toBe("web");
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
