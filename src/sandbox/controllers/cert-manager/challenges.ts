import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, fields, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { checkFromCluster, validateFromOutside } from "./path-checks.ts";
import { cleanUpSolver, presentSolver } from "./solver.ts";

const CHECK_EVERY_MS = 2_000;
const RETRY_MS = 10_000;
const PASSES_NEEDED = 5;
const CA_VALIDATION_MS = 3_000;
const FINALIZER = "finalizer.acme.cert-manager.io";
const FROM = "cert-manager-challenges";

/** HTTP-01: a solver's route, five self checks, the CA's own check. */
export function challenges(simulation: Simulation, gatewayApi: boolean): void {
  for (const challenge of simulation.store.all("Challenge")) {
    const state = text(at(challenge, "status", "state"));
    if (
      challenge.metadata.deletionTimestamp !== undefined ||
      state === "invalid" ||
      state === "valid"
    ) {
      release(simulation, challenge);
    } else if (at(challenge, "status", "presented") === true) {
      check(simulation, challenge);
    } else {
      present(simulation, challenge, gatewayApi);
    }
  }
}

function present(simulation: Simulation, challenge: KubernetesObject, gatewayApi: boolean): void {
  const problem = gatewayApi
    ? presentSolver(simulation, challenge)
    : "couldn't Present challenge: gateway api is not enabled";
  if (problem !== undefined) return setReason(simulation, challenge, problem, "PresentError");
  simulation.event(challenge, {
    type: "Normal",
    reason: "Presented",
    message: "Presented challenge using HTTP-01 challenge mechanism",
    from: FROM,
  });
  simulation.store.setStatus(challenge, { ...fields(challenge["status"]), presented: true });
}

function check(simulation: Simulation, challenge: KubernetesObject): void {
  const { uid = "" } = challenge.metadata;
  if (simulation.dueAt(`${uid}/validation`) !== undefined) return validate(simulation, challenge);
  const passes = simulation.state.timers[`${uid}/passes`] ?? 0;
  if (!simulation.after(`${uid}/check`, CHECK_EVERY_MS)) return;
  simulation.forget(`${uid}/check`);
  const problem = checkFromCluster(simulation, challenge);
  if (problem !== undefined) {
    simulation.forget(`${uid}/passes`);
    simulation.after(`${uid}/check`, RETRY_MS);
    return setReason(
      simulation,
      challenge,
      `Waiting for HTTP-01 challenge propagation: ${problem}`,
    );
  }
  simulation.state.timers[`${uid}/passes`] = passes + 1;
  if (passes + 1 < PASSES_NEEDED) {
    simulation.after(`${uid}/check`, CHECK_EVERY_MS);
    return;
  }
  simulation.after(`${uid}/validation`, CA_VALIDATION_MS);
  setReason(simulation, challenge, "");
}

function validate(simulation: Simulation, challenge: KubernetesObject): void {
  const { uid = "" } = challenge.metadata;
  if (!simulation.after(`${uid}/validation`, CA_VALIDATION_MS)) return;
  const problem = validateFromOutside(simulation, challenge);
  const dnsName = text(at(challenge, "spec", "dnsName"));
  const status = fields(challenge["status"]);
  if (problem === undefined) {
    const reason = "Successfully authorized domain";
    const done = simulation.store.setStatus(challenge, {
      ...status,
      state: "valid",
      processing: false,
      reason,
    });
    const message = `Domain "${dnsName}" verified with "HTTP-01" validation`;
    simulation.event(done, { type: "Normal", reason: "DomainVerified", message, from: FROM });
    return;
  }
  const reason = `Error accepting authorization: acme: authorization error for ${dnsName}: ${problem}`;
  const failed = simulation.store.setStatus(challenge, {
    ...status,
    state: "invalid",
    processing: false,
    reason,
  });
  const message = `Accepting challenge authorization failed: acme: authorization error for ${dnsName}: ${problem}`;
  simulation.event(failed, { type: "Warning", reason: "Failed", message, from: FROM });
}

function setReason(
  simulation: Simulation,
  challenge: KubernetesObject,
  reason: string,
  eventReason?: string,
): void {
  const status = fields(challenge["status"]);
  if (status["reason"] === reason) return;
  const next = simulation.store.setStatus(challenge, { ...status, reason });
  if (eventReason === undefined) return;
  simulation.event(next, { type: "Warning", reason: eventReason, message: reason, from: FROM });
}

/** Over: the solver goes, and the finalizer with it. */
function release(simulation: Simulation, challenge: KubernetesObject): void {
  cleanUpSolver(simulation, challenge);
  const { finalizers = [] } = challenge.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  simulation.store.update(challenge, (draft) => {
    draft.metadata.finalizers = finalizers.filter((one) => one !== FINALIZER);
  });
}
