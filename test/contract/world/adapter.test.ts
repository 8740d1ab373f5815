import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClock } from "../../../src/adapters/clock.ts";
import { createDownloads } from "../../../src/adapters/downloads.ts";
import { createTools } from "../../../src/adapters/tools.ts";
import { closeServer, listen } from "../../support/listen.ts";
import { describeClock } from "./clock-contract.ts";
import { describeDownloads } from "./downloads-contract.ts";
import { describeTools } from "./tools-contract.ts";

describeClock("the machine", async () => createClock());

describeTools("stand-ins on the PATH", async () => {
  const programs = fileURLToPath(new URL("../../support/bin", import.meta.url));
  const PATH = [programs, dirname(process.execPath)].join(delimiter);
  return { tools: createTools({ PATH }), expected: { kubectl: "1.34", helm: "3" } };
});

const GROUP = "gateway.networking.k8s.io";
const BUNDLE = ["gatewayclasses", "gateways"]
  .map((plural) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${GROUP}`,
      annotations: { [`${GROUP}/bundle-version`]: "v1.5.1" },
    },
  }))
  .map((crd) => `---\n${JSON.stringify(crd)}\n`)
  .join("");

/** Files, and an OCI registry with one artifact. */
describeDownloads("a folder and a server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gateway-tls-downloads-"));
  await writeFile(join(folder, "v1.5.1.yaml"), BUNDLE);
  const digest = `sha256:${createHash("sha256").update(BUNDLE).digest("hex")}`;
  const content: Record<string, string> = {
    "/v1.5.1.yaml": BUNDLE,
    "/v2/gateway-api/manifests/v1.5.1": JSON.stringify({ layers: [{ digest }] }),
    [`/v2/gateway-api/blobs/${digest}`]: BUNDLE,
  };
  const server = createServer((request, response) => {
    const found = content[request.url ?? ""];
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  const host = `127.0.0.1:${await listen(server)}`;
  return {
    downloads: createDownloads({ env: {} }),
    sources: {
      path: { bundle: join(folder, "v1.5.1.yaml"), absent: join(folder, "absent.yaml") },
      http: { bundle: `http://${host}/v1.5.1.yaml`, absent: `http://${host}/absent.yaml` },
      oci: {
        bundle: `oci://${host}/gateway-api:v1.5.1`,
        absent: `oci://${host}/gateway-api:absent`,
      },
    },
    close: async () => {
      await closeServer(server);
      await rm(folder, { recursive: true });
    },
  };
});
