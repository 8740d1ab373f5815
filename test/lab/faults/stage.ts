import { startWorld } from "../suite/world.ts";
import { startRelay } from "../tls-relay.ts";
import type { FaultScene } from "./fault.ts";

const DELAYS = { iamMs: 1500, recordMs: 500, loadBalancerMs: 500 };

export interface Stage extends FaultScene {
  close(): Promise<void>;
}

/** A lab in which every fault of the table can be made. */
export async function openStage(address: string): Promise<Stage> {
  const lab = await startWorld({ address, delays: DELAYS });
  const apiServer = await startRelay(lab.authority, lab.controlPlane.url);
  const { production } = lab.acme;
  const ca = await startRelay(lab.authority, new URL(production.directory).origin);
  production.directory = `${ca.url}/dir`;
  const close = async (): Promise<void> => {
    await lab.stop();
    await Promise.all([apiServer.close(), ca.close()]);
  };
  return { lab, apiServer, ca, close };
}
