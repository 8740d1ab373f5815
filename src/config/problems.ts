import { UsageError } from "../errors.ts";

/** A line of a file, and what to do about a wrong one. */
export interface Place {
  file: string;
  line: number;
  hint: string;
}

/** Where something was said: a flag, a variable, or a line of a file with its key. */
export type Origin = string | { text: string; place: Place };

interface Problem {
  line: string;
  hint: string | undefined;
  place: Place | undefined;
}

/** Collects what is wrong, so that all of it is told at once. */
export class Problems {
  readonly #problems: Problem[] = [];

  /** Runs `parse`; a usage error becomes a line behind `origin`, and the answer `undefined`. */
  async collect<T>(origin: Origin, parse: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await parse();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.addAt(origin, error.message, error.hint);
      return undefined;
    }
  }

  /** `what` stands behind its origin. */
  addAt(origin: Origin, what: string, hint?: string): void {
    if (typeof origin === "string") this.add(`${origin}: ${what}`, hint);
    else {
      const { text, place } = origin;
      this.#push({ line: `${text}: ${what}`, hint: hint ?? place.hint, place });
    }
  }

  add(line: string, hint?: string): void {
    this.#push({ line, hint, place: undefined });
  }

  #push(problem: Problem): void {
    if (!this.#problems.some(({ line }) => line === problem.line)) this.#problems.push(problem);
  }

  /** Those of files behind the others, in the order of their lines. */
  get lines(): readonly string[] {
    return this.#sorted().map(({ line }) => line);
  }

  #sorted(): Problem[] {
    const files = [...new Set(this.#problems.map(({ place }) => place?.file))];
    const rank = ({ place }: Problem) => (place === undefined ? -1 : files.indexOf(place.file));
    return this.#problems.toSorted(
      (a, b) => rank(a) - rank(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0),
    );
  }

  /**
   * Throws one error with every line, if there are any, and `more` below them: `GT-CONFIG-FILE`
   * when all of it stands in files, else `GT-CONFIG-VALUE`.
   */
  throwIfAny(more: readonly string[] = []): void {
    const problems = this.#sorted();
    const [first] = problems;
    if (first === undefined) return;
    const said = problems.find(({ place }) => place === undefined);
    const { hint } = said ?? first;
    throw new UsageError(
      said === undefined ? "GT-CONFIG-FILE" : "GT-CONFIG-VALUE",
      [listLines(this.lines), ...more].join("\n"),
      { hint: hint ?? HELP },
    );
  }
}

const HELP = "Run the command with --help to see what each flag takes.";

/** One line as it is; several under their number, each behind a bullet. */
export function listLines(lines: readonly string[]): string {
  const [only] = lines;
  if (only !== undefined && lines.length === 1) return only;
  return [`${lines.length} things are wrong:`, ...lines.map((line) => `  - ${line}`)].join("\n");
}
