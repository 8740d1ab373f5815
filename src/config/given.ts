import { findNearest } from "../nearest.ts";
import type { Problems } from "./problems.ts";
import type { ParseContext } from "./parse-context.ts";
import { envNameOf, flagNameOf, type Setting } from "./setting.ts";
import { settingIds, settingOf, type Flags, type SettingId, type Values } from "./settings.ts";

/** The text of a setting, and where it was said: `--domain`, `GATEWAY_TLS_DOMAIN`. */
export interface Given {
  texts: readonly string[];
  origin: string;
}

/** What flags and environment say, flags first; an empty variable says nothing. */
export function findGiven(flags: Flags, env: NodeJS.ProcessEnv, id: SettingId): Given | undefined {
  const setting = settingOf(id);
  const flag = flags[id];
  if (flag !== undefined) {
    return { texts: typeof flag === "string" ? [flag] : flag, origin: flagNameOf(setting) };
  }
  const name = envNameOf(setting);
  const text = env[name];
  if (text === undefined || text.trim() === "") return undefined;
  return { texts: setting.repeat === true ? text.trim().split(/\s+/) : [text], origin: name };
}

/** Parses all that was given; what is wrong goes to `problems`. */
export async function parseGiven(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  context: ParseContext,
  problems: Problems,
): Promise<Values> {
  const entries: [SettingId, unknown][] = [];
  for (const id of settingIds) {
    const given = findGiven(flags, env, id);
    if (given === undefined) continue;
    const value = await parseTexts(settingOf(id), given, context, problems);
    if (value !== undefined) entries.push([id, value]);
  }
  return Object.fromEntries(entries);
}

const PREFIX = "GATEWAY_TLS_";

/** A variable that is nearly one of ours was meant to be it, and would say nothing. */
export function refuseStrangers(env: NodeJS.ProcessEnv, problems: Problems): void {
  const known = settingIds.map((id) => envNameOf(settingOf(id)).slice(PREFIX.length));
  for (const name of Object.keys(env)) {
    const own = name.slice(PREFIX.length);
    if (!name.startsWith(PREFIX) || known.includes(own)) continue;
    const nearest = findNearest(own, known);
    if (nearest === undefined) continue;
    problems.add(`${name}: there is no such variable. Did you mean ${PREFIX}${nearest}?`);
  }
}

async function parseTexts(
  { parse, repeat }: Setting,
  { texts, origin }: Given,
  context: ParseContext,
  problems: Problems,
): Promise<unknown> {
  const values: unknown[] = [];
  for (const text of texts) {
    values.push(await problems.collect(origin, () => parse(text, context)));
  }
  return repeat === true ? values.filter((value) => value !== undefined) : values.at(-1);
}
