import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * The licence texts of exactly the packages whose code is in the bundle, by esbuild's metafile.
 * Packages with the same text share one copy. Throws for a package without a licence.
 */
export async function buildNotices(root, metafile) {
  const folders = findFolders(metafile);
  const packages = await Promise.all(folders.map((folder) => readPackage(root, folder)));
  const groups = Map.groupBy ? Map.groupBy(packages, ({ text }) => text) : groupByText(packages);
  const sections = [...groups]
    .map(([text, members]) => ({ text, names: members.map(({ label }) => label).sort(compare) }))
    .sort((a, b) => compare(a.names[0], b.names[0]))
    .map(({ text, names }) => `${names.join("\n")}\n\n${text}\n`);
  const intro =
    "gateway-tls contains code of the packages below, under the licences that follow them.\n";
  return [intro, ...sections].join(`\n${"-".repeat(80)}\n\n`);
}

/** By code unit: the file must not depend on the machine's language. */
function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function groupByText(packages) {
  const groups = new Map();
  for (const entry of packages) groups.set(entry.text, [...(groups.get(entry.text) ?? []), entry]);
  return groups;
}

/** `node_modules/a`, `node_modules/b/node_modules/@c/d`: of inputs that left code in an output. */
function findFolders(metafile) {
  const folders = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders].sort(compare);
}

async function readPackage(root, folder) {
  const manifest = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const files = (await readdir(join(root, folder)))
    .filter((name) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(name))
    .sort(compare);
  const texts = await Promise.all(files.map((name) => readFile(join(root, folder, name), "utf8")));
  const text = texts.map((part) => part.replaceAll("\r\n", "\n").trim()).join("\n\n");
  const label = `${manifest.name} ${manifest.version} (${manifest.license})`;
  if (text !== "") return { label, text };
  if (typeof manifest.license !== "string") throw new Error(`${label} in ${folder} has no licence`);
  return { label, text: statedLicence(manifest) };
}

/** For packages that name a licence and ship no text of it. */
function statedLicence({ license, author, repository }) {
  const holder = typeof author === "string" ? author : author?.name;
  const source = typeof repository === "string" ? repository : repository?.url;
  return [
    license === "Apache-2.0"
      ? "Licensed under the Apache License 2.0, whose text is in the file LICENSE."
      : `Licensed under ${license} (https://spdx.org/licenses/${license}.html).`,
    ...(holder === undefined ? [] : [`Author: ${holder}`]),
    ...(source === undefined ? [] : [`Source: ${source}`]),
  ].join("\n");
}
