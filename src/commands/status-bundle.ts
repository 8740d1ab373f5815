import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { redactObject } from "../checks/redact-object.ts";
import { redactText } from "../checks/redact.ts";
import { describeFileFailure, UserError } from "../errors.ts";
import { readSupportFacts, type SupportFacts } from "../facts/support-facts.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import type { Looked } from "./looked.ts";
import { buildTar } from "./status-tar.ts";

const ABOUT = `A support bundle of gateway-tls.

status.json    what gateway-tls found
versions.json  versions of the programs
objects/       the Kubernetes objects of the chain
logs/          the last lines of the three controllers
unread.txt     what could not be read

Secrets hold the names of their keys only. Of what belongs to neither gateway-tls nor
the three parts, settings, arguments and environments were removed too. Keys, tokens
and passwords were removed where they were recognised; names of hosts, accounts and
people were not. Read it before you give it away.
`;

/** Writes a support bundle; answers where. Throws `GT-BUNDLE-FILE`. */
export async function writeBundle(
  world: Pick<ConnectedWorld, "kubernetes" | "tools">,
  looked: Looked,
  to: { cwd: string; file: string },
): Promise<string> {
  const { facts, status } = looked;
  const support = await readSupportFacts(world, looked);
  const files = await buildFiles({ schemaVersion: 1, ...status }, support);
  const path = resolve(to.cwd, to.file);
  const tar = buildTar(files, new Date(facts.now));
  try {
    await writeFile(path, await promisify(gzip)(tar), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new UserError(
      "GT-BUNDLE-FILE",
      `The bundle ${path} cannot be written: ${describeFileFailure(cause)}.`,
      { hint: "Name another file with --bundle.", cause },
    );
  }
  return path;
}

const toJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** Every file of the bundle by its path, redacted. */
async function buildFiles(
  status: object,
  { versions, objects, logs, unread }: SupportFacts,
): Promise<Record<string, string>> {
  const { stringify } = await import("yaml");
  const files = {
    "about.txt": ABOUT,
    "status.json": toJson(status),
    "versions.json": toJson(versions),
    "unread.txt": unread.map((line) => `${line}\n`).join(""),
    ...Object.fromEntries(
      Object.entries(objects).map(([plural, found]) => [
        `objects/${plural}.yaml`,
        found
          .map(({ object, foreign }) => redactObject(object, { foreign }))
          .map((one) => `---\n${stringify(one, { lineWidth: 0 })}`)
          .join(""),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(logs).map(([part, lines]) => [`logs/${part}.log`, `${lines.join("\n")}\n`]),
    ),
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      path === "about.txt" ? text : redactText(text),
    ]),
  );
}
