import type { Terminal } from "../../src/ports/terminal.ts";

/** Someone who answers as told, and remembers what was asked and offered. */
export class ScriptedTerminal implements Terminal {
  readonly asked: string[] = [];
  readonly notes: string[] = [];
  readonly offered: Record<string, string[]> = {};
  readonly refusals: string[] = [];
  readonly #answers: string[];

  /** Answers in the order of the questions; a refused one is followed by the next. */
  constructor(answers: readonly string[]) {
    this.#answers = [...answers];
  }

  async input(question: Parameters<Terminal["input"]>[0]): Promise<string> {
    this.asked.push(question.message);
    for (;;) {
      const answer = this.#next(question.message) || (question.default ?? "");
      const problem = await question.validate?.(answer);
      if (problem === undefined) return answer;
      this.refusals.push(problem);
    }
  }

  choose(question: Parameters<Terminal["choose"]>[0]): Promise<string> {
    this.asked.push(question.message);
    const names = question.choices.map(({ name, value }) => name ?? value);
    this.offered[question.message] = names;
    const answer = this.#next(question.message);
    const choice = question.choices[names.indexOf(answer)];
    if (choice === undefined) throw new Error(`${answer} is not one of ${names.join(", ")}`);
    return Promise.resolve(choice.value);
  }

  /** An empty answer is what stands there already. */
  confirm(question: Parameters<Terminal["confirm"]>[0]): Promise<boolean> {
    this.asked.push(question.message);
    const answer = this.#next(question.message);
    return Promise.resolve(answer === "" ? question.default === true : answer === "yes");
  }

  note(text: string): void {
    this.notes.push(text);
  }

  #next(message: string): string {
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error(`nobody answers ${message}`);
    return answer;
  }
}
