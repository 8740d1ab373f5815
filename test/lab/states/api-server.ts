import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../../support/tls.ts";
import type { State } from "../../checks/state-file.ts";
import type { Built } from "../build/build.ts";
import { type ControlPlane, startControlPlane } from "../kubernetes/control-plane.ts";
import { registerNode, startKubelet } from "../node/node.ts";
import { Processes } from "../process.ts";
import { endOrphans, noteLab } from "../running-labs.ts";
import { Crds } from "./crds.ts";

/** An API server with the CRDs, and a node whose pods only have logs. Nothing else acts in it. */
export interface BareApiServer extends ControlPlane {
  built: Built;
  folder: string;
  ca: string;
  crds: Crds;
  /** What the pods of these parts have printed, from now on. */
  setLogs(logs: State["logs"]): void;
  stop(): Promise<void>;
}

export async function startApiServer(built: Built): Promise<BareApiServer> {
  endOrphans();
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-states-"));
  mkdirSync(join(folder, "pods"));
  const processes = new Processes(folder);
  const forget = noteLab(folder, processes);
  const authority = createAuthority("Lab CA");
  const partOf = (pod: string) =>
    pod.startsWith("external-dns") ? "external-dns" : "cert-manager";
  const logFile = (part: string) => join(folder, "pods", part);
  const kubelet = await startKubelet(authority, (_, pod) => logFile(partOf(pod)));
  const stop = async () => {
    await kubelet.close();
    await processes.stopAll();
    forget();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const plane = await startControlPlane({
      processes,
      folder,
      program: join(built.bin, "kube"),
      authority,
      issuer: "https://kubernetes.default.svc",
      bare: true,
    });
    await registerNode(plane.client, kubelet.port);
    const crds = await Crds.read(plane.client, built);
    return {
      ...plane,
      built,
      folder,
      crds,
      ca: authority.certificate,
      setLogs(logs) {
        for (const part of ["external-dns", "cert-manager"] as const) {
          const [lines = []] = Object.entries(logs ?? {}).flatMap(([key, said]) =>
            key === part || key.endsWith(`/${part}`) ? [said] : [],
          );
          writeFileSync(logFile(part), lines.map((line) => `${line}\n`).join(""));
        }
      },
      async stop() {
        plane.client.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
