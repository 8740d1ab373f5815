import { hostSettings, whereSettings } from "./host-settings.ts";
import { lifeSettings } from "./life-settings.ts";
import { networkSettings, wantedSettings } from "./install-settings.ts";
import { runSettings, sourceSettings } from "./run-settings.ts";
import type { Setting } from "./setting.ts";
import { statusSettings } from "./status-settings.ts";

/** Every setting, by its id in the program. Flags, environment, file, help and errors come from here. */
export const settings = {
  ...wantedSettings,
  ...hostSettings,
  ...whereSettings,
  ...networkSettings,
  ...sourceSettings,
  ...runSettings,
  ...lifeSettings,
  ...statusSettings,
};

/** A setting's name in the program: `zoneId`, where its flag is `--zone-id`. */
export type SettingId = keyof typeof settings;

/** As given on the command line, by setting: texts, `true`/`false` for switches; nothing parsed. */
export type Flags = Partial<Record<SettingId, string | readonly string[]>>;

type ValueOf<S extends Setting> = S extends { repeat: true }
  ? Awaited<ReturnType<S["parse"]>>[]
  : Awaited<ReturnType<S["parse"]>>;

/** Parsed values, by setting; those that were not given are absent. */
export type Values = { [Id in SettingId]?: ValueOf<(typeof settings)[Id]> };

/** Every id. */
export const settingIds = Object.keys(settings).filter(isSettingId);

/** Whether the table has a setting of this id. */
function isSettingId(id: string): id is SettingId {
  return Object.hasOwn(settings, id);
}

/** The setting as the table's general type. */
export function settingOf(id: SettingId): Setting {
  return settings[id];
}
