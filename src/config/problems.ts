import { UsageError } from "../errors.ts";

/** Collects what is wrong, so that all of it is told at once. */
export class Problems {
  readonly #lines: string[] = [];
  readonly #hints = new Set<string>();

  /** Runs `parse`; a usage error becomes a line behind `origin`, and the answer `undefined`. */
  async collect<T>(origin: string, parse: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await parse();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.add(`${origin}: ${error.message}`, error.hint);
      return undefined;
    }
  }

  add(line: string, hint?: string): void {
    if (!this.#lines.includes(line)) this.#lines.push(line);
    if (hint !== undefined) this.#hints.add(hint);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Throws one `GT-CONFIG-VALUE` with every line, if there are any. */
  throwIfAny(): void {
    if (this.#lines.length === 0) return;
    const [hint] = this.#hints;
    throw new UsageError("GT-CONFIG-VALUE", this.#lines.join("\n"), {
      hint: hint ?? "Run the command with --help to see what each flag takes.",
    });
  }
}
