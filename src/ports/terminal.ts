/** One line of a list to choose from. */
export interface Choice {
  /** Empty for something else, which is asked for next: the choice itself leaves no line. */
  value: string;
  /** What is shown; the value when left out. */
  name?: string;
  /** One line about the choice under the pointer. */
  description?: string;
}

/** What is answered by typing. */
export interface Question {
  /** Short: it shares its line with the answer. */
  message: string;
  /** Taken where nothing is typed. */
  default?: string;
  /** What is wrong with the answer, as one sentence; `undefined` when nothing is. */
  validate?: (answer: string) => Promise<string | undefined>;
}

/**
 * Someone who answers. Everything is shown on stderr, and an answered question leaves one line.
 * Ctrl-C leaves none, and rejects with `Cancelled`.
 */
export interface Terminal {
  input(question: Question): Promise<string>;
  /** One of several; a long list can be searched by typing. */
  choose(question: {
    message: string;
    choices: readonly Choice[];
    default?: string;
  }): Promise<string>;
  confirm(question: { message: string; default?: boolean }): Promise<boolean>;
  /** One line that explains what follows. */
  note(text: string): void;
}
