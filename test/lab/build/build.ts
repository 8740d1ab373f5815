import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LabError } from "../error.ts";
import { binaries, type Binary, sources, type Source } from "./binaries.ts";
import { cacheFolders, cacheRoot, labSource } from "./cache.ts";
import { assembleCharts } from "./charts.ts";
import { assembleCrds } from "./crds.ts";
import { ensurePython, isInstalled, ministack } from "./python.ts";
import { requireTools } from "./required-tools.ts";
import { run } from "./run.ts";

/** What `up` needs: folders of binaries, charts and CRDs, and the AWS endpoint's program. */
export interface Built {
  bin: string;
  charts: string;
  crds: string;
  ministack: string;
}

export type Say = (line: string) => void;

/** Builds whatever is not in the cache yet. A quarter of an hour the first time, then nothing. */
export async function buildLab(say: Say): Promise<Built> {
  const { binaries: bin, files } = cacheFolders();
  const built = { bin, charts: join(files, "charts"), crds: join(files, "crds") };
  await mkdir(built.bin, { recursive: true });
  const missing = binaries.filter(({ path }) => !existsSync(join(built.bin, path)));
  const usesGo = missing.length > 0 || !existsSync(built.charts) || !existsSync(built.crds);
  await requireTools({ go: usesGo, python: !isInstalled(ministack, cacheRoot()) });
  if (usesGo) {
    await mkdir(files, { recursive: true });
    for (const binary of missing) await buildBinary(binary, built.bin, say);
    const found = {
      gatewayApi: await fetchSource(sources.gatewayApi),
      certManager: await fetchSource(sources.certManager),
      externalDnsChart: await fetchSource(sources.externalDnsChart),
    };
    await assembleWhole(built.crds, (into) => assembleCrds(found, into));
    await assembleWhole(built.charts, (into) => assembleCharts(found, labSource(), into));
  }
  return { ...built, ministack: await ensurePython(ministack, cacheRoot(), say) };
}

const goEnvironment = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false" };

async function buildBinary(binary: Binary, bin: string, say: Say): Promise<void> {
  const { path, linker = [], patch } = binary;
  const startedAt = Date.now();
  const target = join(bin, path);
  await mkdir(dirname(target), { recursive: true });
  const settings = ["-s", "-w", ...linker.map((setting) => `-X ${setting}`)].join(" ");
  const lock = patch === undefined ? [] : [`-modfile=${await writePatched(patch, target)}`];
  const args = ["build", ...lock, "-ldflags", settings, "-o", `${target}.new`, binary.package];
  try {
    await run("go", args, { cwd: join(labSource(), "go"), env: goEnvironment });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(`${path} could not be built. ${why}`);
  }
  await rename(`${target}.new`, target);
  say(`built ${path} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

/** A copy of a dependency with some of its files changed, and the lock that names the copy. */
async function writePatched(patch: NonNullable<Binary["patch"]>, target: string): Promise<string> {
  const source = join(labSource(), "go");
  const found = await run("go", ["list", "-m", "-f", "{{.Dir}}", patch.module], {
    cwd: source,
    env: goEnvironment,
  });
  const copy = `${target}.src`;
  await rm(copy, { recursive: true, force: true });
  await cp(found.trim(), copy, { recursive: true });
  // Go keeps its cache read-only.
  await run("chmod", ["-R", "u+w", copy]);
  for (const { file, from, to } of patch.changes) {
    const text = await readFile(join(copy, file), "utf8");
    if (!text.includes(from)) throw new LabError(`${file} no longer holds ${from}.`);
    await writeFile(join(copy, file), text.replace(from, to));
  }
  const lock = await readFile(join(source, "go.mod"), "utf8");
  await writeFile(`${target}.mod`, `${lock}\nreplace ${patch.module} => ${copy}\n`);
  await cp(join(source, "go.sum"), `${target}.sum`);
  return `${target}.mod`;
}

/** A module's folder in Go's cache, its content checked against the pinned sum. */
async function fetchSource({ module, version, sum }: Source): Promise<string> {
  const text = await run("go", ["mod", "download", "-json", `${module}@${version}`], {
    cwd: cacheRoot(),
    env: goEnvironment,
  });
  const found: { Dir?: string; Sum?: string } = JSON.parse(text);
  if (found.Dir === undefined) throw new LabError(`${module} ${version} could not be downloaded.`);
  if (found.Sum !== sum) {
    throw new LabError(`${module} ${version} has the sum ${found.Sum}, and not ${sum}.`);
  }
  return found.Dir;
}

/** Made beside its place and renamed, so that an interrupted build leaves nothing half. */
async function assembleWhole(target: string, make: (into: string) => Promise<void>) {
  const fresh = `${target}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await make(fresh);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
}
