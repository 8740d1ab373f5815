import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** `gateway-api.yaml`: what upstream publishes as standard-install.yaml, from the module's parts. */
export async function assembleCrds(folders: { gatewayApi: string }, into: string): Promise<void> {
  const folder = join(folders.gatewayApi, "config/crd/standard");
  const files = (await readdir(folder)).filter((name) => name.startsWith("gateway.networking"));
  const parts = await Promise.all(files.sort().map((name) => readFile(join(folder, name), "utf8")));
  const text = parts.map((part) => part.replace(/^---\n/, "")).join("---\n");
  await writeFile(join(into, "gateway-api.yaml"), text);
}
