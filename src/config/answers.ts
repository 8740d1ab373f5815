import type { Draft } from "./assemble.ts";
import { formatBackend } from "./backend.ts";
import type { ParseContext } from "./parse-context.ts";
import type { Flags, Values } from "./settings.ts";

/** The answers of the prompts, parsed. */
export type Answers = Pick<
  Values,
  "domain" | "email" | "cluster" | "region" | "zoneId" | "host" | "backend" | "sampleApp"
>;

/** What is open, and what is known already. */
export interface Open extends Pick<Draft, "missing" | "unanswered"> {
  /** The host is open too: nobody named one, and the default can be changed. */
  askHost: boolean;
  /** So is the hosted zone, where several have the domain's name. */
  askZone: boolean;
  draft: Draft["config"];
  context: ParseContext;
}

/** Asks for what is open, and for nothing else; rejects with `Cancelled` on Ctrl-C. */
export type Ask = (open: Open) => Promise<Answers>;

/** The same as flags, so that nothing has to be answered again. */
export function formatAnswers({ backend, sampleApp, ...texts }: Answers): Flags {
  return {
    ...texts,
    ...(backend === undefined ? {} : { backend: formatBackend(backend) }),
    ...(sampleApp === undefined ? {} : { sampleApp: String(sampleApp) }),
  };
}
