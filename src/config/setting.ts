import type { Parse } from "./parse-context.ts";

/** Headings of `--help`, in order. */
export const groups = {
  what: "What you want",
  host: "Host",
  where: "Account and cluster",
  network: "Load balancer",
  sources: "Closed networks and other CAs",
  run: "This run",
  sandbox: "Sandbox",
} as const;

/** Which commands take a setting. `all`: every one; `run`: those that may write. */
export type Scope =
  | "init"
  | "host"
  | "where"
  | "run"
  | "all"
  | "add-host"
  | "promote"
  | "uninstall"
  | "status"
  | "check";

/** One thing that the user can say, wherever it is said: flag, environment, file or prompt. */
export interface Setting {
  /** Without `--`; the environment variable has the same name. */
  flag: string;
  /** What stands for the value in `--help`; a switch has none. */
  value?: string;
  /** Given as `--no-<flag>`. */
  negated?: true;
  /** May be given several times; in the environment, separated by spaces. */
  repeat?: true;
  group: keyof typeof groups;
  scope: Scope;
  about: string;
  parse: Parse<unknown>;
  /** Key path in gateway-tls.yaml, for what is kept; `null` where the file has a shape of its own. */
  file: string | null;
}

/** The environment variable: `GATEWAY_TLS_ZONE_ID` for `--zone-id`. */
export function envNameOf({ flag }: Setting): string {
  return `GATEWAY_TLS_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag as it is typed: `--zone-id`, `--no-redirect`. */
export function flagNameOf({ flag, negated }: Setting): string {
  return negated === true ? `--no-${flag}` : `--${flag}`;
}
