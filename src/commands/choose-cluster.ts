import { UserError } from "../errors.ts";
import type { World } from "../ports/world.ts";

/** The only cluster there is; with several, the user has to say which. */
export async function chooseCluster(world: Pick<World, "clusters">): Promise<string> {
  const names = await world.clusters.list();
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UserError(
    "GT-CLUSTER-UNNAMED",
    `Which cluster is meant? There are: ${names.join(", ") || "none"}.`,
    { hint: "Name it with --cluster.", exitCode: 2 },
  );
}

/** Told with a config that no object keeps. */
export const REBUILT =
  "The kept configuration is missing, so it was rebuilt from what is in the cluster; what only it knew has its default.";
