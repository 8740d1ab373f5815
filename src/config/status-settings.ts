import { isLabel } from "./kubernetes-name.ts";
import { parseSwitch } from "./plain-values.ts";
import type { Setting } from "./setting.ts";
import { parsePathOfFile } from "./sources.ts";
import { wrongValue } from "./wrong-value.ts";

/** `namespace/name` of a Gateway. */
function parseGatewayName(text: string): { namespace: string; name: string } {
  const [namespace = "", name = "", ...rest] = text.split("/");
  if (isLabel(namespace) && name.split(".").every(isLabel) && rest.length === 0) {
    return { namespace, name };
  }
  throw wrongValue(text, "is no Gateway: namespace/name is needed, in lower case");
}

/** What is looked at, and how much of it is shown; never kept. */
export const statusSettings = {
  gateway: {
    flag: "gateway",
    value: "NS/NAME",
    repeat: true,
    group: "where",
    scope: "status",
    file: null,
    parse: parseGatewayName,
    about: "Look at this Gateway, whoever made it, instead of the installation",
  },
  verbose: {
    flag: "verbose",
    group: "run",
    scope: "status",
    file: null,
    parse: parseSwitch,
    about: "Every link, every object with its conditions, and the recent warnings",
  },
  watch: {
    flag: "watch",
    group: "run",
    scope: "status",
    file: null,
    parse: parseSwitch,
    about: "Show changes until all is well or something is broken",
  },
  bundle: {
    flag: "bundle",
    value: "FILE",
    group: "run",
    scope: "status",
    file: null,
    parse: parsePathOfFile,
    about: "Write a support bundle (.tgz) without Secrets and tokens",
  },
  pre: {
    flag: "pre",
    group: "run",
    scope: "check",
    file: null,
    parse: parseSwitch,
    about: "Only what init checks before its first write",
  },
} as const satisfies Record<string, Setting>;
