import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { type Lab, type LabOptions, startLab } from "../lab.ts";

const WORKER = 79 + Number(process.env["VITEST_POOL_ID"] ?? 1);
/**
 * Of each worker another, and another than `npm run lab -- up` has, so that all can be there. Only
 * Linux has all of 127/8.
 */
const ADDRESS = process.platform === "linux" ? `127.0.0.${WORKER}` : "127.0.0.1";

/** For suites that have several labs at once. */
export const addressOf = (index: number): string => `127.0.${WORKER}.${index + 1}`;

/** A lab for one suite; `await using` or `stop()` ends it and removes its files. */
export async function startWorld(options: Partial<LabOptions> = {}): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-lab-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const lab = await startLab({ address: ADDRESS, ...options, built: inject("built"), folder });
    const stop = async () => {
      await lab.stop();
      removeFolder();
    };
    return { ...lab, stop };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
