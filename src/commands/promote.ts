import { writeConfig } from "../config/config-file.ts";
import type { Config, IssuerChoice } from "../config/config.ts";
import { findGiven } from "../config/given.ts";
import { parseOneOf } from "../config/plain-values.ts";
import { Problems } from "../config/problems.ts";
import type { ExitCode } from "../errors.ts";
import { gatewayHasListener } from "../plan/gateway.ts";
import type { Plan } from "../plan/plan.ts";
import { refuseOverLimit } from "../runner/certificate-limit.ts";
import { planInstalled } from "../runner/plan-installed.ts";
import { gatewayRef } from "../steps/gateway.ts";
import { issuerSwitchSteps } from "../steps/issuer-switch.ts";
import { completeAction } from "./access.ts";
import { carryOutChange, changeIn } from "./change.ts";
import type { CommandInput } from "./command.ts";
import { type Installation, needConfig, withInstallation } from "./installation.ts";

const OVER_LIMIT =
  "Stay at staging, or remove hosts until the rest fit, promote, and add them again in a week.";

const UNTRUSTED =
  "Browsers refuse staging certificates: all hosts are untrusted until they are promoted again.";

/** `gateway-tls promote`: trusted certificates for all hosts, or back to staging ones. */
export const run = (input: CommandInput): Promise<ExitCode> =>
  withInstallation("promote", input, (installation) => promote(input, installation));

async function promote(input: CommandInput, installation: Installation): Promise<ExitCode> {
  const kept = needConfig(installation);
  const { world, templates, notes, options } = installation;
  const issuer = await parseTarget(input);
  const config: Config = { ...kept, issuer };
  const configText = writeConfig(config);
  const whole = await planInstalled(world, { config, configText, templates });
  const { plan, unfinished } = await leaveOutUnfinished(installation, whole);
  const limit = options.certificatesPerWeek;
  if (issuer === "production") await refuseOverLimit({ plan, world, limit, hint: OVER_LIMIT });
  return carryOutChange({
    ...changeIn(installation, input),
    command: "promote",
    plan,
    steps: issuerSwitchSteps(issuer),
    question: `Switch all hosts to ${issuer} certificates?`,
    ...(issuer === "staging" ? { danger: UNTRUSTED } : {}),
    said: describeEnd(plan, issuer, unfinished.length === 0),
    warnings: [...notes, ...unfinished, ...(issuer === "staging" ? [UNTRUSTED] : [])],
  });
}

function describeEnd({ hosts }: Plan, issuer: IssuerChoice, isWhole: boolean) {
  if (hosts.length === 0) {
    const end = `No host is served yet: those to come get ${issuer} certificates.`;
    return { unchanged: end, done: end };
  }
  const which = isWhole ? "All hosts" : "All hosts with a listener";
  return {
    unchanged: `${which} have ${issuer} certificates already.`,
    done: `${which} serve ${issuer} certificates.`,
  };
}

/** A host without its listener has no certificate to switch, and gets none by waiting for it. */
async function leaveOutUnfinished(
  { world, access }: Pick<Installation, "world" | "access">,
  plan: Plan,
): Promise<{ plan: Plan; unfinished: string[] }> {
  const live = await world.kubernetes.get(gatewayRef({ plan }));
  const hosts = plan.hosts.filter(({ listener }) => gatewayHasListener(live, listener.name));
  if (hosts.length === plan.hosts.length) return { plan, unfinished: [] };
  const open = plan.hosts.filter((host) => !hosts.includes(host));
  const hostnames = open.map(({ host }) => host.hostname).join(", ");
  const verb = open.length === 1 ? "was" : "were";
  const unfinished = `${hostnames} ${verb} left out, without an HTTPS listener on the Gateway. To set up what is missing: gateway-tls init`;
  return { plan: { ...plan, hosts }, unfinished: [completeAction(unfinished, access)] };
}

async function parseTarget({ flags, io }: CommandInput): Promise<IssuerChoice> {
  const given = findGiven(flags, io.env, "to");
  if (given === undefined) return "production";
  const problems = new Problems();
  const parse = parseOneOf(["production", "staging"]);
  const target = await problems.collect(given.origin, () => parse(given.texts.at(-1) ?? ""));
  problems.throwIfAny();
  return target ?? "production";
}
