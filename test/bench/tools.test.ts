import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { countTools, formatCounts, totalOf } from "../../bench/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-tls-tools-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("counts each start, and the program still gets its arguments", () => {
  const real = join(folder, "real");
  mkdirSync(real);
  writeFileSync(join(real, "helm"), '#!/bin/sh\nprintf "%s" "helm: $1|$2"\n', { mode: 0o755 });
  writeFileSync(join(real, "kubectl"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
  const tools = countTools(join(folder, "counted"), real);
  expect(tools.take()).toEqual({});

  const run = (command: string, ...args: string[]) =>
    spawnSync("/usr/bin/env", [command, ...args], {
      env: { PATH: tools.path },
      encoding: "utf8",
    });
  expect(run("helm", "two words", "x").stdout).toBe("helm: two words|x");
  run("helm");
  expect(run("kubectl").status).toBe(3);
  const counts = tools.take();
  expect(counts).toEqual({ helm: 2, kubectl: 1 });
  expect([totalOf(counts), formatCounts(counts)]).toEqual([3, "helm 2, kubectl 1"]);
  expect(tools.take()).toEqual({});
});
