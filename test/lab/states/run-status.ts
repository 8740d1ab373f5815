import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { findRepository, labSource } from "../build/cache.ts";
import type { BareApiServer } from "./api-server.ts";
import type { Outside } from "./outside.ts";

const Finding = v.looseObject({
  link: v.string(),
  state: v.string(),
  code: v.nullish(v.string()),
  reason: v.nullish(v.string()),
  action: v.nullish(v.string()),
  object: v.nullish(v.string()),
});

const StatusDocument = v.looseObject({
  verdict: v.string(),
  hosts: v.array(
    v.looseObject({
      hostname: v.string(),
      chain: v.array(v.looseObject({ id: v.string(), link: v.string(), state: v.string() })),
    }),
  ),
  findings: v.array(Finding),
});
export type StatusDocument = v.InferOutput<typeof StatusDocument>;

export interface StatusRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** `undefined` where no status was printed. */
  document: StatusDocument | undefined;
}

export interface StatusOptions {
  kubeconfig?: string;
  /** Ends it with Ctrl-C. */
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

/** The built `gateway-tls status`, in a process of its own, in the world of one state. */
export async function runStatus(
  server: BareApiServer,
  outside: Outside,
  args: readonly string[],
  options: StatusOptions = {},
): Promise<StatusRun> {
  const home = join(server.folder, "home");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "trusted.pem"), outside.trusted);
  const child = spawn(
    process.execPath,
    [
      `--import=${join(labSource(), "states/relocate.mjs")}`,
      join(findRepository(), "bin/gateway-tls.js"),
      "status",
      `--kubeconfig=${options.kubeconfig ?? server.kubeconfig}`,
      "--region=eu-west-1",
      `--trust-ca=${join(home, "trusted.pem")}`,
      ...args,
    ],
    { cwd: home, env: environment(server, outside, home), stdio: ["ignore", "pipe", "pipe"] },
  );
  options.signal?.addEventListener("abort", () => child.kill("SIGINT"));
  const out: string[] = [];
  const err: string[] = [];
  const hear = (kept: string[]) => (text: string) => {
    kept.push(text);
    options.onOutput?.(text);
  };
  child.stdout.setEncoding("utf8").on("data", hear(out));
  child.stderr.setEncoding("utf8").on("data", hear(err));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const stdout = out.join("");
  return { exitCode, stdout, stderr: err.join(""), document: parseDocument(stdout) };
}

function environment(server: BareApiServer, { aws, internet }: Outside, home: string) {
  return {
    PATH: [server.built.bin, process.env["PATH"]].join(delimiter),
    HOME: home,
    XDG_STATE_HOME: join(home, "state"),
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "AKIALABOPERATOR00000",
    AWS_SECRET_ACCESS_KEY: "lab",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    NO_COLOR: "1",
    LAB_INTERNET: JSON.stringify(internet),
  };
}

function parseDocument(text: string): StatusDocument | undefined {
  try {
    return v.parse(StatusDocument, JSON.parse(text));
  } catch {
    return undefined;
  }
}
