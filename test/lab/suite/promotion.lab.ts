import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab } from "../lab.ts";
import { runInit, runVerb } from "./gateway-tls.ts";
import { startWorld } from "./world.ts";

const HOST = "www.lab.example";
const call = promisify(execFile);

describe("two CAs, one for staging and one for production", () => {
  let lab: Lab;
  const roots = { staging: "", production: "" };

  beforeAll(async () => {
    lab = await startWorld({ delays: { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 } });
    for (const name of ["staging", "production"] as const) {
      roots[name] = join(lab.folder, `${name}-root.pem`);
      writeFileSync(roots[name], lab.acme[name].root);
    }
  });
  afterAll(() => lab.stop());

  /** What curl says that the host's certificate leads to: 0 is a page, 60 a chain it does not trust. */
  async function curl(ca: keyof typeof roots | "any", url = `https://${HOST}/`) {
    const ports = [80, 443].flatMap((port) => ["--resolve", `${HOST}:${port}:${lab.address}`]);
    const trust = ca === "any" ? ["--insecure"] : ["--cacert", roots[ca]];
    const args = ["--silent", ...trust, "--write-out", "%{http_code}", ...ports];
    try {
      const { stdout } = await call("curl", [...args, "--output", "/dev/null", url]);
      return { exit: 0, status: Number(stdout) };
    } catch (error) {
      const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
      return { exit: code, status: 0 };
    }
  }

  const page = { exit: 0, status: 200 };
  const untrusted = { exit: 60, status: 0 };

  /** Every answer that a visitor got from the beginning of `change` to its end. */
  async function throughout<T>(change: Promise<T>): Promise<{ done: T; answers: number[] }> {
    const answers = new Set<number>();
    const ended = new AbortController();
    const done = change.finally(() => ended.abort());
    while (!ended.signal.aborted) answers.add((await curl("any")).status);
    return { done: await done, answers: [...answers] };
  }

  test("--issuer staging ends with staging's certificate, and stays there", async () => {
    const { document, stderr } = await runInit(lab, ["--sample-app", "--issuer=staging"]);
    expect(document.error, stderr).toBeNull();
    expect(await curl("staging")).toEqual(page);
    expect(await curl("production")).toEqual(untrusted);
  });

  test("promote ends with production's, and at no time was there none", async () => {
    const { done, answers } = await throughout(runVerb(lab, ["promote"]));
    expect(done.document, done.stderr).toMatchObject({ result: "done", error: null });
    expect(answers).toEqual([200]);
    expect(await curl("production")).toEqual(page);
    expect(await curl("staging")).toEqual(untrusted);
  });

  test("the redirect was on all the time", async () => {
    expect(await curl("production", `http://${HOST}/`)).toEqual({ exit: 0, status: 301 });
  });

  test("promote --to staging goes back", async () => {
    const { done, answers } = await throughout(runVerb(lab, ["promote", "--to=staging"]));
    expect(done.document, done.stderr).toMatchObject({ result: "done", error: null });
    expect(answers).toEqual([200]);
    expect(await curl("staging")).toEqual(page);
  });
});
