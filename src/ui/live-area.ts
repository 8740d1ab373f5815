import { stripVTControlCharacters } from "node:util";
import { widthOf } from "./text.ts";

/** A terminal: its width may change while the area is shown. */
export interface LiveAreaOutput {
  write(text: string): unknown;
  /** Cells in a line, now. */
  columns(): number;
}

/**
 * The lines at the bottom of a terminal that are drawn over and over. The cursor rests at the
 * begin of the line below them, where a terminal echoes `^C`.
 */
export class LiveArea {
  readonly #output: LiveAreaOutput;
  #drawn: readonly string[] = [];

  constructor(output: LiveAreaOutput) {
    this.#output = output;
  }

  draw(lines: readonly string[]): void {
    const up = this.#rowsDrawn();
    const back = up === 0 ? "\r" : `\r\u001B[${up}A`;
    const text = lines.map((line) => `${line}\u001B[K\n`).join("");
    this.#output.write(`${back}${text}\u001B[J`);
    this.#drawn = lines;
  }

  /** Terminals break the drawn lines anew when they become narrower. */
  #rowsDrawn(): number {
    const columns = Math.max(1, this.#output.columns());
    return this.#drawn.reduce((rows, line) => {
      const width = widthOf(stripVTControlCharacters(line));
      return rows + Math.max(1, Math.ceil(width / columns));
    }, 0);
  }
}
