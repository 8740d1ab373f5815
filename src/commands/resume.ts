import type { Config } from "../config/config.ts";
import { flagNameOf } from "../config/setting.ts";
import { type Flags, type SettingId, settingIds, settingOf } from "../config/settings.ts";

/**
 * The command that goes on from here, as it can be pasted: the flags that were typed, and the
 * cluster, which keeps all that was answered.
 */
export function formatResume(
  command: string,
  flags: Flags,
  config: Pick<Config, "cluster">,
  names: readonly string[] = [],
): string {
  const rest = settingIds
    .filter((id) => !ACCESS.has(id))
    .flatMap((id) => formatFlag(id, id === "sandboxFaults" ? mended(flags[id]) : flags[id]));
  return [
    "gateway-tls",
    command,
    ...names.map(quote),
    ...formatAccess(flags, config),
    ...rest,
  ].join(" ");
}

/** What every later command needs too: which cluster, and how it was reached. */
export function formatAccess(flags: Flags, { cluster }: { cluster: string | undefined }): string[] {
  return [...ACCESS].flatMap((id) => formatFlag(id, id === "cluster" ? cluster : flags[id]));
}

/** The sandbox remembers its faults: going on means that somebody has mended them. */
const mended = (faults: Flags[SettingId]): Flags[SettingId] =>
  faults === undefined ? undefined : "none";

const ACCESS: ReadonlySet<SettingId> = new Set([
  "cluster",
  "region",
  "profile",
  "context",
  "kubeconfig",
  "dnsServer",
  "trustCa",
  "sandbox",
  "sandboxState",
]);

function formatFlag(id: SettingId, given: Flags[SettingId]): string[] {
  if (given === undefined) return [];
  const setting = settingOf(id);
  const texts = typeof given === "string" ? [given] : given;
  return texts.map((text) =>
    setting.value === undefined ? flagNameOf(setting) : `${flagNameOf(setting)} ${quote(text)}`,
  );
}

/** For a POSIX shell; plain where nothing needs it. */
const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
