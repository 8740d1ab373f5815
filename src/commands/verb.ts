import type { Scope } from "../config/setting.ts";
import { type SettingId, settingOf } from "../config/settings.ts";
import type { Command } from "./command.ts";

/** One command of the program; its handler is loaded when it is called. */
export interface Verb {
  name: string;
  summary: string;
  scopes: readonly Scope[];
  /** Single settings beside those of its scopes. */
  settings?: readonly SettingId[];
  /** Settings of its scopes that mean nothing to it. */
  without?: readonly SettingId[];
  /** Shown under its help; each works as it stands. */
  examples: readonly string[];
  /** What stands behind the verb: one name, and what it is. */
  argument?: { value: string; about: string; several?: true };
  load: () => Promise<{ run: Command }>;
}

/** Whether a verb takes a setting. */
export function takesSetting(
  { scopes, settings = [], without = [] }: Pick<Verb, "scopes" | "settings" | "without">,
  id: SettingId,
): boolean {
  if (without.includes(id)) return false;
  return scopes.includes(settingOf(id).scope) || settings.includes(id);
}
