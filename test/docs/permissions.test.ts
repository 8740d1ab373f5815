import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { verbs } from "../../src/commands/verbs.ts";
import { listNeededAccess } from "../../src/facts/access.ts";
import type { AccessRequest } from "../../src/ports/kubernetes.ts";
import { buildConfig } from "../support/config.ts";
import { readSources } from "../support/imports.ts";
import { readAwsCalls } from "./aws-calls.ts";
import { formatTable, readBlock, readText, root } from "./document.ts";
import { type Asked, DRY_RUN, readVerbCalls } from "./verb-calls.ts";

const FILE = "docs/permissions.md";

interface PolicyText {
  Statement: { Action: string | string[] }[];
}

const [reading, writing, removing] = [
  ...readText(FILE).matchAll(/(?<=```json\n)\{\n {2}"Version".*?(?=```)/gs),
].map(([json]) => {
  const policy: PolicyText = JSON.parse(json);
  return new Set(policy.Statement.flatMap(({ Action }) => Action));
});

interface RoleText {
  kind: string;
  metadata: { namespace?: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** Every access that the roles of the document grant. */
function readRules(): AccessRequest[] {
  const [yaml = ""] = /(?<=```yaml\n).*?kind: ClusterRole\n.*?(?=```)/s.exec(readText(FILE)) ?? [];
  const roles = parseAllDocuments(yaml).map((document): RoleText => document.toJS());
  return roles.flatMap(({ metadata: { namespace }, rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs: granted }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          granted.map((verb) => ({
            verb,
            group,
            resource,
            ...(namespace === undefined ? {} : { namespace }),
          })),
        ),
      ),
    ),
  );
}

describe("docs/permissions.md", () => {
  let onTheWire: Map<string, Set<string>>;
  let ofVerbs: Map<string, Asked>;
  beforeAll(async () => {
    [onTheWire, ofVerbs] = await Promise.all([readAwsCalls(), readVerbCalls()]);
  }, 120_000);

  /** The IAM actions that these verbs need together. */
  function needOf(...names: string[]): Set<string> {
    const methods = names.flatMap((name) => [...(ofVerbs.get(name)?.aws ?? [])]);
    return new Set(methods.flatMap((method) => [...(onTheWire.get(method) ?? [])]));
  }
  const looks = () => needOf("status", "check", "config", DRY_RUN);
  const needBesidesLooking = (...names: string[]) => {
    const looked = looks();
    return new Set([...needOf(...names)].filter((action) => !looked.has(action)));
  };

  it("knows every call that the adapters can make", () => {
    const calls = readSources(join(root, "src/adapters/aws")).flatMap(({ path }) =>
      [...readText(`src/adapters/aws/${path}`).matchAll(/new sdk\.(\w+)Command\(/g)].map(
        ([, name = ""]) => name,
      ),
    );
    const seen = new Set([...onTheWire.values()].flatMap((actions) => [...actions]));
    const names = new Set([...seen].map((action) => action.split(":")[1]));
    expect(calls.filter((name) => name !== "GetCallerIdentity" && !names.has(name))).toEqual([]);
    const methods = [...ofVerbs.values()].flatMap(({ aws }) => [...aws]);
    expect(methods.filter((method) => !onTheWire.has(method))).toEqual([]);
  });

  it("grants for reading what looking needs, and nothing else", () => {
    expect(reading).toEqual(looks());
    const changes = [...(reading ?? [])].filter(
      (action) => !/:(Get|List|Describe|Simulate)/.test(action),
    );
    expect(changes).toEqual([]);
  });

  it("grants for writing what setting up needs besides, and nothing else", () => {
    expect(writing).toEqual(needBesidesLooking("init", "add-host", "promote"));
  });

  it("grants for removing what taking away needs besides, and nothing else", () => {
    expect(removing).toEqual(needBesidesLooking("remove-host", "uninstall"));
  });

  it("grants in the cluster what status needs, and nothing else", () => {
    const wanted = ["status", "config"].flatMap((name) => [
      ...(ofVerbs.get(name)?.cluster.values() ?? []),
    ]);
    const granted = readRules();
    const allows = (rule: AccessRequest, asked: AccessRequest) =>
      rule.verb === asked.verb &&
      rule.group === asked.group &&
      rule.resource === asked.resource &&
      (rule.namespace === undefined || rule.namespace === asked.namespace);
    const refused = wanted.filter((asked) => !granted.some((rule) => allows(rule, asked)));
    const idle = granted.filter((rule) => !wanted.some((asked) => allows(rule, asked)));
    expect({ refused, idle }).toEqual({ refused: [], idle: [] });
  });

  it("can point at the preflight, which asks for all that init then does in the cluster", () => {
    const backends = ["shop", "gateway-tls-sample"];
    const [host] = buildConfig().hosts;
    const hosts = backends.flatMap((namespace) =>
      host === undefined ? [] : [{ ...host, backend: { ...host.backend, namespace } }],
    );
    const reviewed = listNeededAccess(buildConfig({ hosts, sampleApp: true }));
    const unasked = [...(ofVerbs.get("init")?.cluster.values() ?? [])].filter(
      ({ namespace, ...asked }) =>
        !reviewed.some(
          (one) =>
            (one.namespace === undefined || one.namespace === namespace) &&
            one.verb === asked.verb &&
            one.group === asked.group &&
            one.resource === asked.resource,
        ),
    );
    expect(unasked).toEqual([]);
  });

  it("has every call of every command", () => {
    const all = needOf(...ofVerbs.keys());
    const rows = [...all].toSorted().map((action) => {
      const takers = verbs.map(({ name }) => name).filter((name) => needOf(name).has(action));
      const dry = needOf(DRY_RUN).has(action) ? "yes" : "";
      return [`\`${action}\``, takers.join(", "), dry];
    });
    const table = formatTable(["Action", "Commands", "In a dry run"], rows);
    const { found, wanted } = readBlock(FILE, "calls", table);
    expect(found).toBe(wanted);
  });
});
