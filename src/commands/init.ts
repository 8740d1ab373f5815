import type { ExitCode } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { setUp } from "./set-up.ts";

/** `gateway-tls init`: from a domain, an email and a cluster to HTTPS. */
export const run = (input: CommandInput): Promise<ExitCode> => setUp("init", input);
