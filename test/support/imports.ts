import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

export interface Import {
  /** As written; for our own files the path below src/, `plan/plan.ts`. */
  target: string;
  own: boolean;
  /** `import type`, or nothing but types in the braces: gone when the program runs. */
  typeOnly: boolean;
  /** `await import(...)`. */
  dynamic: boolean;
}

export interface SourceFile {
  /** Below src/, with forward slashes. */
  path: string;
  lines: number;
  imports: Import[];
}

/** Every TypeScript file below a folder, with what it imports. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const path = relative(folder, file).replaceAll(sep, "/");
      const text = readFileSync(file, "utf8");
      return { path, lines: text.split("\n").length - 1, imports: readImports(path, text) };
    });
}

const statement =
  /^(?:import|export)\s+(?<clause>[^"';]*?)\s*from\s*"(?<from>[^"]+)"|^import\s*"(?<bare>[^"]+)"|\bimport\(\s*(?:\/\*[^*]*\*\/\s*)?["'`](?<dynamic>[^"'`]+)["'`]/gm;

/** The import and export-from statements and dynamic imports of a file, as oxfmt writes them. */
export function readImports(path: string, text: string): Import[] {
  return [...withoutComments(text).matchAll(statement)].map(({ groups = {} }) => {
    const { clause = "", from, bare, dynamic } = groups;
    const written = from ?? bare ?? dynamic ?? "";
    const own = written.startsWith(".");
    return {
      target: own ? posix.join(posix.dirname(path), written) : written,
      own,
      typeOnly: from !== undefined && isTypeOnly(clause),
      dynamic: dynamic !== undefined,
    };
  });
}

function isTypeOnly(clause: string): boolean {
  if (clause.startsWith("type ")) return true;
  const braces = /^\{(?<names>[^}]*)\}$/.exec(clause)?.groups?.["names"];
  if (braces === undefined) return false;
  const names = braces.split(",").map((name) => name.trim());
  return names.every((name) => name === "" || name.startsWith("type "));
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** A package's name without what is below it: `@aws-sdk/client-iam`, `valibot`. */
export function packageOf(target: string): string {
  const parts = target.split("/");
  return parts.slice(0, target.startsWith("@") ? 2 : 1).join("/");
}
