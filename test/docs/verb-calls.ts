import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "../../src/commands/command.ts";
import type { Verb } from "../../src/commands/verb.ts";
import { verbs } from "../../src/commands/verbs.ts";
import type { AccessRequest } from "../../src/ports/kubernetes.ts";
import type { World } from "../../src/ports/world.ts";
import type { AwsState } from "../../src/sandbox/world-state.ts";
import { runCli } from "../support/run-cli.ts";
import { listenToCluster } from "./cluster-access.ts";

/** What a command asks of AWS, as methods of the ports (`identity.findRole`), and of the cluster. */
export interface Asked {
  aws: Set<string>;
  /** By their JSON, so that each is there once. */
  cluster: Map<string, AccessRequest>;
}

type Note = (method: string) => void;

/** A port that notes which of its methods is called. */
function listen<Port extends object>(name: string, port: Port, note: Note): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        note(`${name}.${String(key)}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

function listenToWorld(world: World, { aws, cluster: accesses }: Asked): World {
  const note: Note = (method) => aws.add(method);
  const { caller, clusters, identity, zones } = world;
  return {
    ...world,
    caller: listen("caller", caller, note),
    clusters: listen("clusters", clusters, note),
    identity: listen("identity", identity, note),
    zones: listen("zones", zones, note),
    connect: async (cluster, access) =>
      listenToCluster(await world.connect(cluster, access), (request) =>
        accesses.set(JSON.stringify(request), request),
      ),
  };
}

function listenTo(verb: Verb, asked: Asked): Verb {
  const load = async () => {
    const { run } = await verb.load();
    const heard: Command = (input) =>
      run({
        ...input,
        createWorld: async (options, region) =>
          listenToWorld(await input.createWorld(options, region), asked),
      });
    return { run: heard };
  };
  return { ...verb, load };
}

const unchanged = () => undefined;

/** Somebody changed what was made. */
function drift(aws: AwsState): void {
  for (const policy of Object.values(aws.policies)) policy.document.Statement.pop();
  for (const role of Object.values(aws.roles)) {
    role.trust.Statement.push({ Effect: "Deny", Action: "sts:AssumeRole" });
    role.attachedPolicyArns = [];
  }
  for (const association of aws.associations) association.roleArn += "-other";
}

/** Somebody deleted what was made. */
function lose(aws: AwsState): void {
  Object.assign(aws, { policies: {}, roles: {}, associations: [], oidcProviders: {} });
}

/** Somebody took the add-on of Pod Identity away. */
function loseAgent(aws: AwsState): void {
  aws.addons = {};
}

/** A change to IRSA was ended before it took the association away. */
function leaveAssociation({ associations, roles }: AwsState): void {
  const [role] = Object.values(roles);
  if (role === undefined || associations.length > 0) return;
  const subject = { cluster: "demo", namespace: "external-dns", serviceAccount: "external-dns" };
  associations.push({ id: "a-left", ...subject, roleArn: role.arn, tags: role.tags });
}

const changes: readonly ((aws: AwsState) => void)[] = [
  unchanged,
  drift,
  lose,
  loseAgent,
  leaveAssociation,
];

const init = "init --domain example.com --email ops@example.com --sample-app --cluster demo".split(
  " ",
);

/** How an installation comes to be, with what it needs of EKS. */
const beginnings: readonly (readonly string[])[] = [
  [...init, "--identity", "pod-identity", "--sandbox-fault", "no-pod-identity"],
  [...init, "--identity", "irsa"],
];

/** Behind the verb, where it needs more than its name. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  "add-host": ["api.example.com", "--backend", "shop/api:8080"],
  "remove-host": ["api.example.com"],
  promote: ["--to", "staging"],
};

/** What asks for more than the command by itself. */
const LOOKS = ["status --verbose", "status --watch", "config validate"];

/** Under this name are the calls of every dry run. */
export const DRY_RUN = "dry run";

/** What each command asks, by its name. */
export async function readVerbCalls(): Promise<Map<string, Asked>> {
  const found = new Map<string, Asked>();
  const folder = await mkdtemp(join(tmpdir(), "gateway-tls-calls-"));
  const run = async (args: readonly string[], state: string) => {
    const [name = ""] = args;
    const key = args.includes("--dry-run") ? DRY_RUN : name;
    const asked = found.get(key) ?? { aws: new Set(), cluster: new Map() };
    found.set(key, asked);
    const heard = verbs.map((verb) => listenTo(verb, asked));
    const where = ["--sandbox", "--sandbox-state", join(folder, state)];
    return runCli([...args, ...where], { cwd: folder, verbs: heard });
  };
  try {
    for (const beginning of beginnings) {
      await run([...beginning, "--yes"], "made.json");
      await run(["add-host", ...(MORE["add-host"] ?? []), "--yes"], "made.json");
      const made = await readFile(join(folder, "made.json"), "utf8");
      await writeFile(join(folder, "state.json"), made);
      const other = beginning.includes("irsa") ? "pod-identity" : "irsa";
      await run([...init, "--identity", other, "--yes"], "state.json");
      for (const change of changes) {
        const state: { aws: AwsState } = JSON.parse(made);
        change(state.aws);
        for (const { name, scopes } of verbs) {
          const line = [name, ...(name === "init" ? init.slice(1) : (MORE[name] ?? []))];
          const looking = scopes.includes("run") ? ["--dry-run"] : [];
          const writing = scopes.includes("run") ? [["--yes"]] : [];
          // What is asked depends on what is there only where it is then mended.
          for (const flags of change === unchanged ? [looking, ...writing] : writing) {
            await writeFile(join(folder, "state.json"), JSON.stringify(state));
            await run([...line, ...flags], "state.json");
          }
        }
      }
      for (const line of LOOKS) await run(line.split(" "), "made.json");
      await rm(join(folder, "made.json"));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return found;
}
