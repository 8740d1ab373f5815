import { describeClock } from "../contract/world/clock-contract.ts";
import { describeDownloads } from "../contract/world/downloads-contract.ts";
import { describeTools } from "../contract/world/tools-contract.ts";
import { newSandbox } from "./bring-up.ts";

describeClock("the sandbox", async () => (await newSandbox()).clock);

describeTools("the sandbox", async () => ({
  tools: (await newSandbox()).tools,
  expected: { kubectl: "1.34", helm: "4" },
}));
describeTools("the sandbox with an old cluster", async () => ({
  tools: (await newSandbox({ faults: ["old-kubernetes"] })).tools,
  expected: { kubectl: "1.31", helm: "3" },
}));

describeDownloads("the sandbox", async () => {
  const sandbox = await newSandbox();
  return {
    downloads: sandbox.downloads,
    sources: {
      path: { bundle: "./gateway-api-v1.5.1.yaml", absent: "./absent.yaml" },
      http: {
        bundle: "https://files.example.com/v1.5.1/standard-install.yaml",
        absent: "https://files.example.com/absent.yaml",
      },
      oci: {
        bundle: "oci://registry.example.com/crds/gateway-api:v1.5.1",
        absent: "oci://registry.example.com/crds/absent:latest",
      },
    },
    close: () => sandbox.close(),
  };
});
