import * as v from "valibot";
import { UserError } from "../errors.ts";
import type { Tools } from "../ports/world.ts";

const KubectlSchema = v.object({ clientVersion: v.object({ gitVersion: v.string() }) });

/** Asks kubectl and helm, side by side, for their own versions; no cluster is needed. */
export function createTools(env: NodeJS.ProcessEnv): Tools {
  return {
    async versions() {
      const [kubectl, helm] = await Promise.all([
        ask("kubectl", ["version", "--client", "--output=json"], env),
        ask("helm", ["version", "--template={{.Version}}"], env),
      ]);
      return {
        kubectl: kubectl === undefined ? undefined : parseKubectl(kubectl),
        helm: helm === undefined ? undefined : parseVersion("helm", helm),
      };
    },
  };
}

/** `undefined` when the program is not on the PATH. */
async function ask(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { execa } = await import("execa");
  const result = await execa(program, args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  if (result.code === "ENOENT") return undefined;
  if (result.exitCode !== 0) throw broken(program, result.stderr || (result.shortMessage ?? ""));
  return result.stdout ?? "";
}

function parseKubectl(json: string): string {
  try {
    return parseVersion(
      "kubectl",
      v.parse(KubectlSchema, JSON.parse(json)).clientVersion.gitVersion,
    );
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw broken("kubectl", "its answer is not what kubectl answers");
  }
}

function parseVersion(program: string, text: string): string {
  const [, version] = /^v?(\d+\.\d+.*)$/.exec(text.trim()) ?? [];
  if (version === undefined) throw broken(program, "its answer is no version");
  return version;
}

function broken(program: string, reason: string): UserError {
  const line = reason.split("\n").find((one) => one.trim() !== "") ?? reason;
  return new UserError(
    "GT-TOOL-BROKEN",
    `${program} is on the PATH, but does not say its version: ${line.trim()}.`,
    { hint: `Try it by hand: ${program} version` },
  );
}
