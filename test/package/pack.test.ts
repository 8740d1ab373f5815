import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

const packed = v.tuple([
  v.object({ filename: v.string(), files: v.array(v.object({ path: v.string() })) }),
]);

describe("the package", () => {
  let folder: string;
  let tarball: string;
  let paths: string[];
  let manifest: Record<string, unknown>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gateway-tls-pack-"));
    await run(process.execPath, [join(root, "scripts/build.mjs")]);
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const { stdout } = await run("npm", args, { cwd: root });
    const [{ filename, files }] = v.parse(packed, JSON.parse(stdout));
    tarball = join(folder, filename);
    paths = files.map(({ path }) => path);
    manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("ships the program, its data and its papers, and nothing else", () => {
    const kinds = new Set(
      paths.map((path) => path.replace(/^(dist|templates|schemas|docs)\/.*$/, "$1/")),
    );
    expect([...kinds].sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "THIRD-PARTY-NOTICES",
      "bin/gateway-tls.js",
      "dist/",
      "docs/",
      "package.json",
      "schemas/",
      "templates/",
    ]);
    expect(paths.filter((path) => path.startsWith("dist/") && !path.endsWith(".js"))).toEqual([]);
  });

  test("has nothing to download, and nothing to run when it is installed", () => {
    for (const field of ["dependencies", "optionalDependencies", "peerDependencies"]) {
      expect(manifest).not.toHaveProperty(field);
    }
    const scripts = Object.keys(v.parse(v.record(v.string(), v.string()), manifest["scripts"]));
    expect(scripts.filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test("pins every package that it is built from", () => {
    const pins = Object.values(
      v.parse(v.record(v.string(), v.string()), manifest["devDependencies"]),
    );
    expect(pins.filter((pin) => !/^\d+\.\d+\.\d+$/.test(pin))).toEqual([]);
  });

  test("loads little before it knows the command", async () => {
    const loaded = new Map<string, string>();
    const load = async (file: string) => {
      if (loaded.has(file)) return;
      const text = await readFile(file, "utf8");
      loaded.set(file, text);
      const imports = text.matchAll(/(?:^|[;\n])(?:import|export)(?:[^"();]*?from)?"(\.[^"]+)"/g);
      for (const [, target = ""] of imports) await load(join(dirname(file), target));
    };
    await load(join(root, "dist/cli.js"));
    expect(loaded.size).toBeGreaterThan(1);
    expect([...loaded.values()].join("").length).toBeLessThan(150_000);
  });

  test("names the licence of what is bundled", async () => {
    const notices = await readFile(join(root, "THIRD-PARTY-NOTICES"), "utf8");
    expect(notices).toMatch(/^commander \d+\.\d+\.\d+ \(MIT\)$/m);
    expect(notices).toContain("Permission is hereby granted");
    expect(notices).not.toMatch(/^(vitest|esbuild|typescript) /m);
  });

  test("runs where nothing else is installed", async () => {
    const empty = join(folder, "empty");
    const install = ["install", "--prefix", empty, "--offline", "--no-audit", "--no-fund", tarball];
    await run("npm", install, { cwd: folder });
    const bin = join(empty, "node_modules/.bin/gateway-tls");
    const { stdout } = await run(bin, ["--version"], { cwd: empty });
    expect(stdout).toBe(`${String(manifest["version"])}\n`);
    const help = await run(bin, ["--help"], { cwd: empty });
    expect(help.stdout).toContain("Usage: gateway-tls");
  }, 60_000);
});
