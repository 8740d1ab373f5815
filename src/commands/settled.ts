import type { Config } from "../config/config.ts";
import type { AskedHost } from "../config/host-list.ts";
import type { Problems } from "../config/problems.ts";
import type { Resolved } from "../config/resolve.ts";
import type { Flags } from "../config/settings.ts";
import type { UserError } from "../errors.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import type { Access } from "./access.ts";

/** What was said, and the world that the rest is found in. */
export interface Unsettled {
  command: string;
  resolved: Resolved;
  world: World;
  /** As flags, file or AWS have it. */
  region: string | undefined;
  terminal: Terminal;
}

/** Hosts that `add-host` was asked for, unparsed, and what is wrong with them already. */
export interface AskedHosts {
  hosts: readonly AskedHost[];
  problems: Problems;
  /** How a printed command reaches the cluster. */
  accessTo: (cluster: string) => Access;
}

/** A config with nothing open, and the cluster it names. */
export interface Settled {
  config: Config;
  connection: ClusterConnection | UserError;
  /** The kept document that the config was made with; `undefined` when none is kept. */
  keptText: string | undefined;
  /** Names of the hosts that the command is about; `undefined` when it is about all. */
  asked?: readonly string[];
  /** What was answered at the terminal, as a command line has it. */
  answered: { flags: Flags; names: readonly string[] };
  /** What is to be said of the config: that it was rebuilt. */
  notes: readonly string[];
}
