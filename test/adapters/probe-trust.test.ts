import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterEach, describe, expect, test } from "vitest";
import { createProbe } from "../../src/adapters/probe.ts";
import { closeServer, listen } from "../support/listen.ts";
import { createAuthority } from "../support/tls.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const authority = createAuthority();
const target = { hostname: "www.example.com", address: "127.0.0.1", timeoutMs: 5000 };

describe("--trust-ca", () => {
  test("adds to what this machine trusts, and replaces nothing", async () => {
    const { certificate, key } = authority.issue(["www.example.com"]);
    const server = createServer({ cert: certificate, key });
    const port = await listen(server);
    cleanups.push(() => closeServer(server));
    const directory = await mkdtemp(join(tmpdir(), "gateway-tls-probe-"));
    cleanups.push(() => rm(directory, { recursive: true }));
    const extra = join(directory, "extra.pem");
    await writeFile(extra, authority.certificate);
    const program = join(directory, "program.mjs");
    const input = { ...target, port, trustCa: createAuthority("Unrelated").certificate };
    await build({
      stdin: {
        resolveDir: join(import.meta.dirname, "../../src/adapters"),
        contents: `
          import { createProbe } from "./probe.ts";
          const { port, trustCa, ...target } = ${JSON.stringify(input)};
          const probe = createProbe({ trustCa, locate: (address) => ({ address, port }) });
          console.log((await probe.handshake(target)).trusted);`,
      },
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: program,
    });
    const run = async (NODE_EXTRA_CA_CERTS: string) => {
      const { NODE_EXTRA_CA_CERTS: _own, ...env } = process.env;
      const extended = { ...env, ...(NODE_EXTRA_CA_CERTS === "" ? {} : { NODE_EXTRA_CA_CERTS }) };
      const { stdout } = await promisify(execFile)(process.execPath, [program], { env: extended });
      return stdout.trim();
    };
    expect(await run("")).toBe("false");
    expect(await run(extra)).toBe("true");
  });

  test.each(["", "no certificate"])("refuses %j", (trustCa) => {
    expect(() => createProbe({ trustCa })).toThrow(
      expect.objectContaining({ code: "GT-TRUST-CA", exitCode: 2 }),
    );
  });
});
