import { UserError } from "../errors.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { World } from "../ports/world.ts";

/**
 * The only cluster there is; with several, the one that is chosen at the terminal. Without one it
 * is `GT-CLUSTER-UNNAMED`.
 */
export async function chooseCluster(
  world: Pick<World, "clusters">,
  terminal: Terminal | undefined,
): Promise<string> {
  const names = await world.clusters.list();
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (only !== undefined && terminal !== undefined) {
    return terminal.choose({
      message: "EKS cluster",
      choices: names.map((value) => ({ value })),
    });
  }
  throw new UserError(
    "GT-CLUSTER-UNNAMED",
    `Which cluster is meant? There are: ${names.join(", ") || "none"}.`,
    { hint: "Name it with --cluster.", exitCode: 2 },
  );
}

/** Told with a config that no object keeps. */
export const REBUILT =
  "The kept configuration is missing, so it was rebuilt from what is in the cluster; what only it knew has its default.";
