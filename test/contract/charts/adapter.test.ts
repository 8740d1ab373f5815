import { createFakeScene } from "../../support/fake-cluster/fake-connection.ts";
import { copyReleaseAs } from "../../support/fake-cluster/releases.ts";
import { describeChartsContract } from "./contract.ts";

describeChartsContract("helm", async () => {
  const scene = await createFakeScene();
  const { kubernetes, charts } = await scene.connect();
  return {
    kubernetes,
    charts,
    chart: {
      reference: (version) => scene.writeChart("demo", version),
      name: "demo",
      versions: ["1.0.0", "2.0.0"],
      config: "demo-config",
      neverReady: { fake: "never-ready" },
    },
    unreachable: "oci://registry.example.org/unreachable",
    leave: (release, status) => {
      copyReleaseAs(scene.cluster, release, status);
      return Promise.resolve();
    },
    close: () => scene.close(),
  };
});
