import { UserError } from "../errors.ts";
import type { Choice, Terminal } from "../ports/terminal.ts";

/** No choice has this value. */
export const OTHER = "";

/** Asks until `parse` takes the answer; what it says is shown under the question. */
export async function ask<T>(
  {
    terminal,
    message,
    preset,
  }: { terminal: Terminal; message: string; preset?: string | undefined },
  parse: (text: string) => T | Promise<T>,
): Promise<T> {
  const validate = async (text: string) => {
    try {
      await parse(text);
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
  };
  const text = await terminal.input({
    message,
    validate,
    ...(preset === undefined ? {} : { default: preset }),
  });
  return parse(text);
}

/** What was found; `undefined`, and why in one line, when it could not be asked for. */
export async function offered<T>(
  terminal: Terminal,
  what: string,
  find: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 130) throw error;
    terminal.note(`The ${what} cannot be listed: ${error.message}`);
    return undefined;
  }
}

/** One of `names`; `undefined` for another one, and when there are none. */
export async function chooseOr(
  terminal: Terminal,
  message: string,
  names: readonly string[],
  other: string,
): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const choices: Choice[] = names.map((value) => ({ value }));
  const value = await terminal.choose({
    message,
    choices: [...choices, { value: OTHER, name: other }],
  });
  return value === OTHER ? undefined : value;
}

/** Those that `parse` takes. */
export async function keepValid(
  names: readonly string[],
  parse: (text: string) => Promise<string>,
): Promise<string[]> {
  const checked = await Promise.all(
    names.map((name) =>
      parse(name).catch((error: unknown) => {
        if (error instanceof UserError) return undefined;
        throw error;
      }),
    ),
  );
  return checked.filter((name) => name !== undefined);
}
