import type { ErrorCode } from "../errors.ts";
import type { Part, Parts } from "./parts.ts";

/**
 * `install`: nothing is there. `manage`: ours. `use`: of others and compatible, never changed or
 * removed by us. `coexist`: ours runs beside it. `stop`: nothing is written.
 */
export type Outcome = "install" | "manage" | "use" | "coexist" | "stop";

/** One row of the table; docs/compatibility.md prints `part`, `found`, `outcome` and `action`. */
export interface OwnershipRule {
  part: Part;
  /** What was found, as a reader would say it. */
  found: string;
  outcome: Outcome;
  applies: (parts: Parts) => boolean;
  /** For `stop`. */
  code?: ErrorCode;
  /** One action; `<...>` stands for what only the cluster knows. */
  action?: string;
}
