import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveRunOptions } from "../../src/config/resolve.ts";
import type { Flags } from "../../src/config/settings.ts";
import { UserError } from "../../src/errors.ts";

/** All that `init` needs. */
export const complete: Flags = {
  domain: "example.de",
  email: "ops@example.de",
  cluster: "demo",
  region: "eu-west-1",
  backend: "shop/web:80",
};

/** What the user says, and where. */
export interface Given {
  flags?: Flags;
  env?: NodeJS.ProcessEnv;
  file?: string;
  tty?: boolean;
}

/** As `init` reads it, in a directory of its own. */
export function resolveOptions({ flags = complete, env = {}, file, tty = false }: Given) {
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

/** What was refused. */
export async function errorOf(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw new Error("no UserError", { cause: error });
}
