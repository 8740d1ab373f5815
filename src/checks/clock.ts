import type { LinkInput, LinkVerdict } from "./chain.ts";

/** For systemd, which most machines have. */
export const SET_CLOCK = "Set this machine's clock: timedatectl set-ntp true";

/** AWS compares the time in each request with its own. */
export function isClockOff({ facts }: LinkInput): boolean {
  return !facts.zones.known && facts.zones.error.code === "GT-AWS-CLOCK";
}

/** What is too old by a clock that is wrong need not be. */
export function doubtClock(reason: string): LinkVerdict {
  const doubt = `${reason.replace(/\.$/, "")}, and AWS says that this clock is off.`;
  return { state: "unknown", code: "GT-CLOCK", reason: doubt, hint: SET_CLOCK };
}
