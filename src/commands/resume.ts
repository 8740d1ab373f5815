import type { Config } from "../config/config.ts";
import { flagNameOf } from "../config/setting.ts";
import { type Flags, settingIds, settingOf } from "../config/settings.ts";

/**
 * The command that goes on from here, as it can be pasted: the flags that were typed, and the
 * cluster, which keeps all that was answered.
 */
export function formatResume(
  command: string,
  flags: Flags,
  { cluster }: Pick<Config, "cluster">,
): string {
  const typed = settingIds.flatMap((id) => {
    const given = flags[id];
    if (given === undefined) return [];
    const setting = settingOf(id);
    const texts = typeof given === "string" ? [given] : given;
    return texts.map((text) =>
      setting.value === undefined ? flagNameOf(setting) : `${flagNameOf(setting)} ${quote(text)}`,
    );
  });
  const named = flags.cluster === undefined ? [`--cluster ${quote(cluster)}`] : [];
  return ["gateway-tls", command, ...named, ...typed].join(" ");
}

/** For a POSIX shell; plain where nothing needs it. */
const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
