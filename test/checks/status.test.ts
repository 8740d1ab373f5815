import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { chain } from "../../src/checks/status.ts";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-status.ts";
import { statusOf } from "./build-status.ts";
import { issuanceCases } from "./issuance-cases.ts";
import { routingCases } from "./status-cases.ts";

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL("../../schemas/status.schema.json", import.meta.url), "utf8")),
);

test.each([...routingCases, ...issuanceCases])(
  "$what",
  ({ facts, config, verdict, first, says = /^/ }) => {
    const status = statusOf(facts, config);
    const links = status.hosts[0]?.chain ?? [];
    const trouble = links.find(({ state }) => state !== "ok");
    expect(status.verdict).toBe(verdict);
    expect(trouble && `${trouble.link}: ${trouble.state}`).toBe(first);
    expect(trouble?.reason ?? "").toMatch(says);
    expect(status.next === null).toBe(verdict === "healthy");
    validate({ schemaVersion: 1, ...status });
    expect(validate.errors).toBeNull();
  },
);

test("what hangs on a broken link is not checked: one cause, one finding", () => {
  const { chain } = statusOf({ gateway: known(undefined) }).hosts[0] ?? { chain: [] };
  expect(chain.filter(({ state }) => state === "failed")).toHaveLength(1);
  expect(chain.find(({ link }) => link === "Certificate served")?.state).toBe("not-checked");
});

test("the certificate is the served one, else the cluster's", () => {
  expect(statusOf().hosts[0]?.certificate).toMatchObject({ issuer: "R11", served: true });
  const hosts = good.sight().map((host) => ({ ...host, served: known(undefined) }));
  expect(statusOf({ hosts }).hosts[0]?.certificate).toMatchObject({
    issuer: "gateway-tls-production",
    served: false,
  });
});

test("each link comes after those it names", () => {
  const ids = chain.map(({ id }) => id);
  const early = chain.filter(({ id, after }) =>
    after.some((one) => ids.indexOf(one) >= ids.indexOf(id)),
  );
  expect(early).toEqual([]);
});
