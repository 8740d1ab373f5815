import { Cancelled, UserError } from "../errors.ts";

/** Something that was read, or why it could not be: never a guess. */
export type Fact<T> =
  | { known: true; value: T }
  | { known: false; reason: string; error: UserError };

/** A fact that was read; absence is a value of it (`undefined`). */
export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}

/** A fact that could not be read. */
export function unknown(error: UserError): Fact<never> {
  return { known: false, reason: error.message, error };
}

/**
 * Reads a fact. A UserError makes it unknown; Ctrl-C and bugs are thrown on.
 */
export async function readFact<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (error instanceof UserError && !(error instanceof Cancelled)) return unknown(error);
    throw error;
  }
}

/** Reads what needs another fact; unknown for the same reason when that one is. */
export async function readAfter<A, B>(
  first: Fact<A>,
  read: (value: A) => Promise<Fact<B>>,
): Promise<Fact<B>> {
  return first.known ? read(first.value) : first;
}

/** The value, or `undefined` when it is unknown: for hints only. */
export function valueOf<T>(fact: Fact<T>): T | undefined {
  return fact.known ? fact.value : undefined;
}
