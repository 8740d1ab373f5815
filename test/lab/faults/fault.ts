import type { SandboxFault } from "../../../src/sandbox/faults.ts";
import type { Lab } from "../lab.ts";
import type { Relay } from "../tls-relay.ts";

/** A lab, with relays in front of what has to say something that it never would. */
export interface FaultScene {
  lab: Lab;
  /** In front of the API server. */
  apiServer: Relay;
  /** In front of the production CA. */
  ca: Relay;
}

/** Makes a fault real; the answer takes it back. */
export type Begin = (scene: FaultScene) => Promise<() => unknown> | (() => unknown);

/** What the lab cannot have, and why. */
export const notInLab = {
  "caa-forbids":
    "which name in a CAA record means the lab's CA is not known, and the CAs whose names are known issue for nothing under .example",
  none: "it is the end of every fault: each is taken back in the lab too",
} as const satisfies Partial<Record<SandboxFault, string>>;

export type LabFault = Exclude<SandboxFault, keyof typeof notInLab>;
