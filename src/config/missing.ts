import { UsageError } from "../errors.ts";
import { envNameOf, flagNameOf } from "./setting.ts";
import { settingOf, type SettingId } from "./settings.ts";

/**
 * One line for each missing value: its flag, its environment variable, and the hosts that it is
 * missing for.
 */
export function describeMissing(
  missing: readonly SettingId[],
  unanswered: readonly string[] = [],
): string[] {
  return missing.map((id) => {
    const env = envNameOf(settingOf(id));
    const hosts = id === "backend" && unanswered.length > 0 ? ` for ${unanswered.join(", ")}` : "";
    return `  ${syntaxOf(id)} (${id === "region" ? `${env} or AWS_REGION` : env})${hosts}`;
  });
}

/**
 * `GT-CONFIG-MISSING`: every value that nobody can be asked for. `unread` is why it could not be
 * seen what a cluster keeps of them.
 */
export function missingValues(
  missing: readonly SettingId[],
  { unanswered = [], unread }: { unanswered?: readonly string[]; unread?: Error | undefined } = {},
): UsageError {
  const what = missing.length === 1 ? "A value is missing" : `${missing.length} values are missing`;
  const lines = describeMissing(missing, unanswered);
  const kept =
    unread === undefined ? [] : [`What the cluster keeps could not be seen: ${unread.message}`];
  return new UsageError(
    "GT-CONFIG-MISSING",
    [`${what}, and there is nobody to ask:`, ...lines, ...kept].join("\n"),
    { hint: "Give them as flags, as environment variables or in gateway-tls.yaml." },
  );
}

function syntaxOf(id: SettingId): string {
  const setting = settingOf(id);
  const flag = `${flagNameOf(setting)}${setting.value === undefined ? "" : ` ${setting.value}`}`;
  return id === "backend" ? `${flag} or --sample-app` : flag;
}
