import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { perform, type Screenplay } from "../../support/pty.ts";
import { findRepository } from "../build/cache.ts";
import { writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";
import { visit } from "./visit.ts";
import { startWorld } from "./world.ts";

const ENTER = "\r";
/** What no question is for: the lab's own chart sources, name servers and CAs, and its region. */
const ANSWERED = /^--cluster=/;
const QUESTIONS: readonly (readonly [question: string | RegExp, keys: string])[] = [
  ["? Domain", ENTER],
  ["? Email for the certificate authority", `ops@lab.example${ENTER}`],
  ["? EKS cluster", ENTER],
  ["? Host", ENTER],
  ["? Backend", ENTER],
];

let lab: Lab;
let play: Screenplay | undefined;

beforeAll(async () => {
  lab = await startWorld({ delays: { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 } });
});
afterAll(async () => {
  play?.kill();
  await lab.stop();
});

function startWizard(columns: number): Screenplay {
  const { env, options } = writeEnvironment(lab);
  const home = join(lab.folder, "home");
  mkdirSync(home, { recursive: true });
  const given = options.filter((option) => !ANSWERED.test(option));
  return perform(
    process.execPath,
    [join(findRepository(), "bin/gateway-tls.js"), "init", ...given],
    {
      columns,
      cwd: home,
      env: { HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8", ...env },
    },
  );
}

test("the wizard asks what exists, shows what it will do, and ends at HTTPS", async () => {
  play = startWizard(100);
  for (const [question, keys] of QUESTIONS) {
    await play.see(question);
    play.type(keys);
  }
  await play.see("Cost");
  await play.see(/\? .*\(y\/N\)|\? Apply/i);
  play.type(`y${ENTER}`);
  const exitCode = await play.ended;
  const screen = play.lines().join("\n");
  expect({ exitCode }, screen).toEqual({ exitCode: 0 });
  expect(screen).toContain("✓ Domain lab.example");
  expect(screen).toContain("✓ EKS cluster lab");
  expect(screen).toContain("is served over HTTPS");
  const { status, certificate } = await visit(lab, "https://www.lab.example/");
  expect({ status, names: certificate?.names }).toEqual({
    status: 200,
    names: "DNS:www.lab.example",
  });
});
