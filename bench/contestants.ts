import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { findRepository } from "../test/lab/build/cache.ts";
import { writeEnvironment } from "../test/lab/environment.ts";
import type { Lab } from "../test/lab/lab.ts";
import { runInit } from "../test/lab/suite/gateway-tls.ts";
import { CertificateWatch } from "./certificate-watch.ts";
import { type CountedTools, countTools } from "./tools.ts";
import type { Bench } from "./world.ts";

export const HOST = "www.lab.example";

/** What one run took. */
export interface Run {
  ms: number;
  /** Programs that were started, by name. */
  children: Record<string, number>;
  awsCalls: number;
  /** The CA's own wait, in which nothing else can be done. 0 when nothing was issued. */
  issuanceMs: number;
  /** When the Certificate was Ready, in milliseconds of the epoch. */
  readyAt: number | undefined;
}

/** What one run of gateway-tls took, and said. */
export interface InitRun extends Run {
  writes: number;
  /** From the Certificate's Ready to the line of the step that waited for it. */
  reactionMs: number | undefined;
}

/** The same end as the runbook's: by IRSA, from the staging CA. */
const INIT = ["--sample-app", "--identity=irsa", "--issuer=staging"];

export async function timeInit(lab: Lab): Promise<InitRun> {
  const tools = countTools(join(lab.folder, "tools"), pathOf(lab));
  let verdictAt: number | undefined;
  const onLine = (line: string): void => {
    if (line.includes("[certificate] done")) verdictAt ??= Date.now();
  };
  let document: Awaited<ReturnType<typeof runInit>>["document"] | undefined;
  const run = await measure(lab, tools, async () => {
    const finished = await runInit(lab, INIT, { onLine, env: { PATH: tools.path } });
    if (finished.exitCode !== 0) throw new Error(`init failed:\n${finished.stderr}`);
    ({ document } = finished);
  });
  return {
    ...run,
    writes: document?.writes ?? Number.NaN,
    reactionMs: between(run.readyAt, verdictAt),
  };
}

export async function timeRunbook({ aws }: Pick<Bench, "aws">, lab: Lab): Promise<Run> {
  const searched = [pathOf(lab), dirname(aws)].join(":");
  const tools = countTools(join(lab.folder, "tools"), searched);
  const { env } = writeEnvironment(lab);
  return measure(lab, tools, () =>
    runScript(join(findRepository(), "bench/runbook.sh"), {
      ...env,
      HOME: lab.folder,
      PATH: tools.path,
      AWS_REGION: lab.account.region,
      // The first major reads only this one.
      AWS_DEFAULT_REGION: lab.account.region,
      DOMAIN: lab.account.zone,
      HOST,
      EMAIL: "ops@lab.example",
      CLUSTER: lab.account.cluster,
      CHARTS: lab.built.charts,
      CRDS: join(lab.built.crds, "gateway-api.yaml"),
      ACME_SERVER: lab.acme.staging.directory,
      ACME_CA: join(lab.folder, "for-users/acme-ca.pem"),
      ADDRESS: lab.address,
    }),
  );
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

const pathOf = (lab: Lab): string => writeEnvironment(lab).env["PATH"] ?? "";

async function measure(lab: Lab, tools: CountedTools, run: () => Promise<void>): Promise<Run> {
  const certificates = new CertificateWatch(lab);
  tools.take();
  const callsBefore = lab.aws.proxy.calls.length;
  const startedAt = performance.now();
  try {
    await run();
    const ms = performance.now() - startedAt;
    const { accessKeyId } = lab.account.operator;
    const calls = lab.aws.proxy.calls.slice(callsBefore);
    return {
      ms,
      children: tools.take(),
      awsCalls: calls.filter((call) => call.accessKeyId === accessKeyId).length,
      issuanceMs: certificates.issuanceMs,
      readyAt: certificates.readyAt,
    };
  } finally {
    certificates.stop();
  }
}

function runScript(script: string, env: Record<string, string>): Promise<void> {
  const child = spawn(script, { env, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => said.push(text));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the runbook ended with ${code}:\n${said.join("")}`));
    });
  });
}
