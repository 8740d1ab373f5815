import { expect, test } from "vitest";
import { adviseOnOurCrds } from "../../src/checks/crd-advice.ts";
import { known } from "../../src/facts/fact.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import { atMinor, buildInput, keptWith } from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const ourCrds = (...versions: string[]) => ({
  certManager: undefined,
  nginxGatewayFabric: undefined,
  gatewayApi: {
    names: [...versionSets.current.gatewayApi.crds],
    versions,
    channel: "standard",
    owner: { ours: true, name: "gateway-tls" },
    notEstablished: [],
    notServed: [],
  },
});

const cases: PreflightCase[] = [
  {
    what: "our CRDs are of the other set",
    facts: {
      crds: known(ourCrds("1.1.0")),
    },
    expected: ["gateway-api-crds failed GT-INSTALLATION-VERSIONS"],
    hint: /^Bring them up: kubectl apply --server-side .*v1\.5\.1/,
  },
  {
    what: "our CRDs are of a later patch, some of them",
    facts: { crds: known(ourCrds("1.5.1", "1.5.2")) },
    expected: [],
  },
  {
    what: "our CRDs are of an earlier patch",
    facts: { crds: known(ourCrds("1.5.0")) },
    expected: ["gateway-api-crds failed GT-INSTALLATION-VERSIONS"],
    hint: /^Bring them up: kubectl apply --server-side --force-conflicts -f https:\S+v1\.5\.1\S+$/,
  },
  {
    what: "our CRDs are of a later minor that no set is for",
    facts: { crds: known(ourCrds("1.6.0")), keptConfig: known(keptWith("current")) },
    expected: ["gateway-api-crds failed GT-INSTALLATION-VERSIONS"],
    says: /1\.6\.0.*version set current needs 1\.5\.1/,
    hint: /^CRDs never go down\. Use a gateway-tls .* Gateway API 1\.6, or .*uninstall --delete-crds/,
  },
  {
    what: "our CRDs are of the minor of the other set, which the cluster can have",
    facts: { ...atMinor(32), crds: known(ourCrds("1.1.0")) },
    expected: [
      "kubernetes-version failed GT-VERSIONS-UNSUPPORTED",
      "gateway-api-crds failed GT-INSTALLATION-VERSIONS",
    ],
  },
  {
    what: "our CRDs are of a later minor, and the cluster is too old for its set",
    config: { versions: "2025" },
    facts: { ...atMinor(32), crds: known(ourCrds("1.5.1")), keptConfig: known(keptWith("2025")) },
    expected: ["gateway-api-crds failed GT-INSTALLATION-VERSIONS"],
    hint: /^CRDs never go down.*uninstall --delete-crds/,
  },
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});

test("CRDs of ours that another set is for: the way to it", () => {
  const advise = (minor: number, versions: "current" | "2025", found: string, installed: boolean) =>
    adviseOnOurCrds(
      buildInput(
        { ...atMinor(minor), keptConfig: known(installed ? keptWith(versions) : undefined) },
        { versions },
      ),
      [found],
    );
  expect(advise(32, "current", "1.1.0", false)).toMatch(/^Use --versions 2025, or bring them up: /);
  expect(advise(32, "current", "1.1.0", true)).toMatch(/^Bring them up: /);
  expect(advise(33, "2025", "1.5.1", false)).toMatch(/^Use --versions current, which is for/);
  expect(advise(33, "2025", "1.5.1", true)).toMatch(
    /Run `gateway-tls uninstall`, then `gateway-tls init --versions current`/,
  );
});
