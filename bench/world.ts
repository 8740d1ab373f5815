import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Built, buildLab } from "../test/lab/build/build.ts";
import { cacheRoot } from "../test/lab/build/cache.ts";
import { awsCli, ensurePython } from "../test/lab/build/python.ts";
import { type Lab, type LabOptions, startLab } from "../test/lab/lab.ts";

/** What all rounds share. */
export interface Bench {
  built: Built;
  /** The AWS CLI, for the runbook. */
  aws: string;
  /** Loopback address of the labs' load balancers; others follow it. */
  address: string;
  say: (line: string) => void;
}

/** Builds what is not in the lab's cache yet. */
export async function prepareBench(address: string, say: Bench["say"]): Promise<Bench> {
  const built = await buildLab(say);
  return { built, aws: await ensurePython(awsCli, cacheRoot(), say), address, say };
}

/** A fresh lab for one measurement, ended and removed whatever happens. */
export async function withLab<T>(
  { built, address }: Bench,
  use: (lab: Lab) => Promise<T>,
  options: Pick<LabOptions, "delays"> = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-bench-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const lab = await startLab({ ...options, built, folder, address });
    process.once("exit", remove);
    try {
      return await use(lab);
    } finally {
      await lab.stop();
    }
  } finally {
    remove();
    process.removeListener("exit", remove);
  }
}
