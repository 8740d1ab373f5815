import { parseOneOf, parseSwitch } from "./plain-values.ts";
import type { Setting } from "./setting.ts";
import { parsePathOfFile } from "./sources.ts";

/** For what comes after the first day. */
export const lifeSettings = {
  from: {
    flag: "from",
    value: "FILE",
    group: "host",
    scope: "add-host",
    file: null,
    parse: parsePathOfFile,
    about: "YAML with `hosts`: a list of hostname, backend and path",
  },
  to: {
    flag: "to",
    value: "ISSUER",
    group: "what",
    scope: "promote",
    file: null,
    parse: parseOneOf(["production", "staging"]),
    about: "Whose certificates to serve: production or staging (default: production)",
  },
  deleteCrds: {
    flag: "delete-crds",
    group: "run",
    scope: "uninstall",
    file: null,
    parse: parseSwitch,
    about: "Remove the CRDs too, if nobody else uses them",
  },
} as const satisfies Record<string, Setting>;
