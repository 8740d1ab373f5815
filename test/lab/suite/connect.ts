import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createEksToken } from "../../../src/adapters/aws/token.ts";
import { connectCluster } from "../../../src/adapters/cluster/connect.ts";
import type { ClusterConnection } from "../../../src/ports/world.ts";
import type { Person } from "../aws/account.ts";
import { CLUSTER_VERSION } from "../build/binaries.ts";
import { type HelmMajor, writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";

/** The real adapters on the lab's cluster, as gateway-tls connects: with an EKS token of its own. */
export function connect(
  lab: Lab,
  person: Person,
  helm: HelmMajor = 4,
  endpoint = lab.controlPlane.url,
): Promise<ClusterConnection> {
  const { cluster: name, region, id, issuer } = lab.account;
  const home = mkdtempSync(join(lab.folder, "connection-"));
  return connectCluster({
    cluster: {
      name,
      region,
      arn: `arn:aws:eks:${region}:${id}:cluster/${name}`,
      status: "ACTIVE",
      version: CLUSTER_VERSION,
      endpoint,
      certificateAuthority: Buffer.from(lab.ca).toString("base64"),
      oidcIssuer: issuer,
      autoModeCompute: false,
      autoModeLoadBalancing: false,
    },
    access: {},
    createToken: () =>
      createEksToken({ clusterName: name, region, credentials: person, now: new Date() }),
    env: {
      ...writeEnvironment(lab, helm).env,
      HOME: home,
      XDG_STATE_HOME: join(home, "state"),
    },
  });
}
