import { styleText } from "node:util";
import { Cancelled } from "../errors.ts";
import type { Choice, Question, Terminal } from "../ports/terminal.ts";

export interface TerminalOptions {
  stdin: NodeJS.ReadStream;
  /** Everything is shown here. */
  stderr: NodeJS.WriteStream;
  color: boolean;
  unicode: boolean;
  /** Aborts a question that is open. */
  signal?: AbortSignal;
}

/** From here on a list can be searched. */
const LONG_LIST = 9;
const DEFAULT_COLUMNS = 80;

/** The person at a terminal, asked through @inquirer/prompts, which is loaded by the first question. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { stderr } = options;
  const context = {
    input: options.stdin,
    output: stderr,
    // An answered question is written by us, so that one given up leaves nothing.
    clearPromptOnDone: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const paint = (style: "bold" | "cyan" | "dim" | "green" | "red", text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const tick = paint("green", options.unicode ? "✓" : "+");
  const answered = (message: string, answer: string) => {
    stderr.write(`${tick} ${paint("bold", message)} ${paint("cyan", answer)}\n`);
  };
  const theme = buildTheme(paint, options.unicode);
  return {
    input: (question) => askInput(question, { theme, context, answered, columns }),
    async choose({ message, choices, default: preset }) {
      const value = await askChoice({ message, choices, preset }, { theme, context, columns });
      if (value !== "") answered(message, nameOf(choices, value));
      return value;
    },
    async confirm({ message, default: preset = true }) {
      const { confirm } = await import("./prompts.ts");
      const yes = await ended(confirm({ message, default: preset, theme }, context));
      answered(message, yes ? "yes" : "no");
      return yes;
    },
    note(text) {
      stderr.write(`${paint("dim", cutText(text, columns()))}\n`);
    },
  };
  function columns() {
    return stderr.columns ?? DEFAULT_COLUMNS;
  }
}

type Theme = ReturnType<typeof buildTheme>;
interface Asking {
  theme: Theme;
  context: object;
}

async function askInput(
  { message, default: preset, validate }: Question,
  asking: Asking & { answered: (message: string, answer: string) => void; columns: () => number },
): Promise<string> {
  const { theme, context, answered, columns } = asking;
  const { input } = await import("./prompts.ts");
  const check = async (text: string) => {
    const trimmed = text.trim();
    if (trimmed === "") return "An answer is needed.";
    const problem = await validate?.(trimmed);
    return problem === undefined ? true : wrapText(problem, columns());
  };
  const text = await ended(
    input(
      { message, theme, validate: check, ...(preset === undefined ? {} : { default: preset }) },
      context,
    ),
  );
  answered(message, text.trim());
  return text.trim();
}

async function askChoice(
  question: { message: string; choices: readonly Choice[]; preset: string | undefined },
  { theme, context, columns }: Asking & { columns: () => number },
): Promise<string> {
  const { message, preset } = question;
  const room = columns() - 4;
  const choices = question.choices.map(({ value, name = value, description }) => ({
    value,
    name: cutText(name, room),
    ...(description === undefined ? {} : { description: cutText(description, room) }),
  }));
  const common = { message, theme, ...(preset === undefined ? {} : { default: preset }) };
  if (choices.length < LONG_LIST) {
    const { select } = await import("./prompts.ts");
    return ended(select({ ...common, choices, loop: false, pageSize: LONG_LIST }, context));
  }
  const { search } = await import("./prompts.ts");
  const source = (term = "") =>
    choices.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase()));
  return ended(search({ ...common, source, pageSize: LONG_LIST }, context));
}

/** Ctrl-C, Ctrl-D and an aborted signal are all the user's end of it. */
async function ended<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    const names = ["ExitPromptError", "AbortPromptError", "CancelPromptError"];
    if (error instanceof Error && names.includes(error.name)) {
      throw new Cancelled("Stopped by Ctrl-C. Nothing was changed.", { cause: error });
    }
    throw error;
  });
}

function buildTheme(
  paint: (style: "bold" | "cyan" | "dim" | "green" | "red", text: string) => string,
  unicode: boolean,
) {
  const style = (name: "bold" | "cyan" | "dim" | "red") => (text: string) => paint(name, text);
  const keys = (all: [key: string, action: string][]) =>
    paint(
      "dim",
      all.map(([key, action]) => `${unicode ? key : asciiKey(key)} ${action}`).join(", "),
    );
  return {
    prefix: { idle: paint("cyan", "?"), done: paint("green", unicode ? "✓" : "+") },
    spinner: { interval: 80, frames: [paint("cyan", "?")] },
    icon: { cursor: unicode ? "❯" : ">" },
    style: {
      answer: style("cyan"),
      message: style("bold"),
      error: (text: string) => paint("red", text),
      defaultAnswer: (text: string) => paint("dim", `(${text})`),
      help: style("dim"),
      highlight: style("cyan"),
      key: style("bold"),
      searchTerm: style("cyan"),
      description: style("dim"),
      disabled: style("dim"),
      keysHelpTip: keys,
    },
  };
}

function asciiKey(key: string): string {
  return { "↑↓": "arrows", "⏎": "enter" }[key] ?? key;
}

function nameOf(choices: readonly Choice[], value: string): string {
  return choices.find((choice) => choice.value === value)?.name ?? value;
}

/** Lines broken between words: what draws the question breaks where the line ends. */
function wrapText(text: string, columns: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}

/** One line of at most `columns`, with dots where something was cut. */
function cutText(text: string, columns: number): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= columns ? line : `${line.slice(0, Math.max(1, columns - 3))}...`;
}
