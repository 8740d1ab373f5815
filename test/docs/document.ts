import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "../..");

/** The documents whose links, commands and codes are held true: all of them. */
export const documents: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "test/lab/README.md",
  ...readdirSync(join(root, "docs"))
    .toSorted()
    .map((name) => `docs/${name}`),
];

/** Set to 1, what is printed from the program is written anew in place of being compared. */
const UPDATE = process.env["UPDATE_DOCS"] === "1";

export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/**
 * A block of a document, between `<!-- name:begin -->` and `<!-- name:end -->`, beside what the
 * program says; `normalise` takes away what differs from run to run.
 */
export function readBlock(
  path: string,
  name: string,
  printed: string,
  normalise: (text: string) => string = (text) => text,
): { found: string; wanted: string } {
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `\n<!-- ${name}:end -->`];
  const text = readText(path);
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from - 1);
  if (from < begin.length || to < 0) throw new Error(`${path} has no block ${name}`);
  const wanted = normalise(printed);
  const found = normalise(text.slice(from, to).trim());
  if (!UPDATE || found === wanted) return { found, wanted };
  writeFileSync(join(root, path), `${text.slice(0, from)}\n${printed}\n${text.slice(to)}`);
  return { found: wanted, wanted };
}

/** GitHub takes `<name>` for HTML, but not in code. */
export function escapeAngles(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "\\<") : part))
    .join("`");
}

/** A Markdown table as oxfmt writes it. */
export function formatTable(header: readonly string[], rows: readonly string[][]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = header.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const [head, ...body] = cells.map(
    (row) => `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [head, rule, ...body].join("\n");
}

/** Every command that a document's shell blocks tell, continued lines joined. */
export function findCommands(path: string): { command: string; exitCode: number }[] {
  const blocks = [...readText(path).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  const lines = blocks.flatMap((text) => text.replaceAll(/\s*\\\n\s*/g, " ").split("\n"));
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [command = "", comment = ""] = line.split(/\s+# /);
      return { command, exitCode: Number(/exit (\d+)/.exec(comment)?.[1] ?? 0) };
    });
}

/** The arguments of gateway-tls in a command; `undefined` when it runs something else. */
export function argumentsOf(command: string): string[] | undefined {
  const found = /(?:^|&& |; )(?:[A-Z_]+=\S+ )*(?:npx )?gateway-tls\b([^|>&]*)/.exec(command)?.[1];
  const words = found?.trim().match(/'[^']*'|\S+/g);
  if (found === undefined) return undefined;
  return (words ?? []).map((word) => word.replaceAll("'", ""));
}
