import { type ExitCode, UsageError } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { setUp } from "./set-up.ts";

/** `gateway-tls add-host`: one more host for the installation that the cluster keeps. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { names, flags } = input;
  const given = names[0] ?? flags.host;
  if (given === undefined || names.length > 1) {
    throw new UsageError("GT-CONFIG-HOST", "add-host takes one host name.", {
      hint: "gateway-tls add-host api.example.com --backend shop/api:8080",
    });
  }
  return setUp("add-host", { ...input, flags: { ...flags, host: given } });
}
