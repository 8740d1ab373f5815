import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The package's templates by file name. The folder is looked for upwards from this module: it lies
 * at another depth in the sources than in the bundle.
 */
export async function loadTemplates(): Promise<Record<string, string>> {
  const folder = await findFolder(dirname(fileURLToPath(import.meta.url)));
  const names = (await readdir(folder)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

async function findFolder(from: string): Promise<string> {
  const folder = join(from, "templates");
  const found = await readdir(folder).catch(() => undefined);
  if (found?.includes("gateway.yaml")) return folder;
  const parent = dirname(from);
  if (parent === from) throw new Error("the package's templates folder is missing");
  return findFolder(parent);
}
