import type { ExitCode } from "../errors.ts";
import { planInstalled } from "../runner/plan-installed.ts";
import { removalSteps } from "../steps/removal/index.ts";
import { removeOwnNamespace } from "../steps/removal/kept-config.ts";
import { carryOutChange, changeIn } from "./change.ts";
import type { CommandInput } from "./command.ts";
import { type Installation, withInstallation } from "./installation.ts";

/** `gateway-tls uninstall`: everything that is ours and only that, in an order without orphans. */
export const run = (input: CommandInput): Promise<ExitCode> =>
  withInstallation("uninstall", input, (installation) => uninstall(input, installation));

async function uninstall(input: CommandInput, installation: Installation): Promise<ExitCode> {
  const { configText, world, options, cluster, templates, notes } = installation;
  // Of an earlier uninstall there can be CRDs that were kept.
  const config = installation.config ?? (await installation.complete({}));
  const plan = await planInstalled(world, { config, configText, templates });
  return carryOutChange({
    ...changeIn(installation, input),
    command: "uninstall",
    plan,
    steps: removalSteps,
    question: "Remove all of this?",
    danger: "This takes things away.",
    said: {
      unchanged: `There is nothing of gateway-tls to remove in ${cluster}.`,
      done: `gateway-tls is gone from ${cluster}.`,
      shared: `What only gateway-tls used is gone from ${cluster}; the Gateway serves others.`,
    },
    warnings: notes,
    withoutHosts: true,
    isGone: installation.config === undefined,
    afterSteps: (journaled) =>
      removeOwnNamespace({ plan, world: journaled, options, waiting: input.signal }),
  });
}
