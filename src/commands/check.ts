import type { ExitCode } from "../errors.ts";
import type { CommandInput } from "./command.ts";

/** `gateway-tls check`. */
export async function run(_: CommandInput): Promise<ExitCode> {
  return 0;
}
