import type { Deployment } from "../facts/objects.ts";

/** The values of one of ExternalDNS's flags, by its name without `--`; empty where it is not given. */
export type Flags = (flag: string) => string[];

const NAME = "external-dns";

/**
 * As its parser reads them: `--flag=value`, `--flag value`, a bare `--flag`, and where a flag is not
 * given, its environment variable, a line each (pkg/apis/externaldns/types.go).
 */
export function argumentsOf({ spec }: Deployment): Flags {
  const { containers } = spec.template.spec;
  const own = containers.find(({ name, image }) => name === NAME || image.includes(NAME));
  const { command = [], args = [], env = [] } = own ?? containers[0] ?? {};
  const all = [...command, ...args];
  return (flag) => {
    const given = all.flatMap((arg, index) => {
      if (arg.startsWith(`--${flag}=`)) return [arg.slice(flag.length + 3)];
      if (arg !== `--${flag}`) return [];
      const next = all[index + 1];
      return [next === undefined || next.startsWith("--") ? "" : next];
    });
    if (given.length > 0) return given;
    const variable = `EXTERNAL_DNS_${flag.replaceAll("-", "_").toUpperCase()}`;
    const value = env.find(({ name }) => name === variable)?.value;
    return value === undefined || value === "" ? [] : value.split("\n");
  };
}

/** Whether a flag that is on or off is on. */
export function isOn(args: Flags, flag: string): boolean {
  const said = args(flag).at(-1);
  return args(`no-${flag}`).length === 0 && said !== undefined && said !== "false";
}
