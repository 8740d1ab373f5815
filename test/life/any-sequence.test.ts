import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { breakWrite } from "../support/break-write.ts";
import { expectHostParts, readHostParts, runInSandbox, type KeptHosts } from "../support/life.ts";

let cwd: string;
let statePath: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-any-"));
  statePath = join(cwd, "sandbox.json");
  await run(
    "init --domain example.com --email ops@example.com --cluster demo --sample-app --issuer staging --yes",
  );
  copyFileSync(statePath, `${statePath}.installed`);
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string, through?: Parameters<typeof runInSandbox>[2]) =>
  runInSandbox(line, { statePath, cwd }, through);

const host = fc.constantFrom("www.example.com", "api.example.com", "example.com");
const INIT = "init --cluster demo --yes";
const command = fc.oneof(
  host.map((name) => `add-host ${name} --backend shop/api:8080 --yes`),
  host.map((name) => `remove-host ${name} --yes`),
  fc.constantFrom("promote --yes", "promote --to staging --yes", INIT),
);
/** Before or after which write the process is killed, if it is, and whether it is then repeated. */
const kill = fc.option(
  fc.record({
    number: fc.nat({ max: 12 }),
    when: fc.constantFrom("before" as const, "after" as const),
    isRepeated: fc.boolean(),
  }),
);

async function readKept(): Promise<KeptHosts> {
  const { stdout } = await run("config show --output json");
  const { config }: { config: KeptHosts } = JSON.parse(stdout);
  return config;
}

it("any sequence of commands, killed anywhere, ends in what the kept config describes", async () => {
  const sequences = fc.array(fc.record({ command, kill }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      copyFileSync(`${statePath}.installed`, statePath);
      let isOpen = false;
      for (const { command: line, kill: killed } of sequence) {
        if (killed !== null) await run(line, breakWrite(killed.number, killed.when).through);
        isOpen ||= killed?.isRepeated === false;
        if (killed?.isRepeated === false) continue;
        // What another command left unfinished is not this one's to finish: init's it is.
        for (const one of isOpen ? [line, INIT] : [line]) {
          const { exitCode, stderr } = await run(one);
          expect(exitCode, `${one}\n${stderr}`).toBe(0);
        }
        isOpen = false;
        expect(await readHostParts(statePath), line).toEqual(expectHostParts(await readKept()));
      }
    }),
    { numRuns: 25 },
  );
}, 240_000);
