import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCrdBundle } from "../../../src/plan/crd-bundle.ts";
import type { Downloads } from "../../../src/ports/world.ts";

export interface DownloadsWorld {
  downloads: Downloads;
  /** Where a Gateway API bundle of version 1.5.1 is, and where nothing is, by the way there. */
  sources: Record<"path" | "http" | "oci", { bundle: string; absent: string }>;
  close(): Promise<void>;
}

const ways = ["path", "http", "oci"] as const;

/** What every Downloads does, the real one and the sandbox's. */
export function describeDownloads(title: string, make: () => Promise<DownloadsWorld>): void {
  describe(`Downloads: ${title}`, () => {
    let world: DownloadsWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(() => world.close());
    const read = (source: string, sha256?: string) => world.downloads.read(source, sha256);

    test.each(ways)("reads a bundle (%s), each time the same", async (way) => {
      const { bundle } = world.sources[way];
      const text = await read(bundle);
      const versions = parseCrdBundle(text, bundle).map(
        ({ metadata }) => metadata.annotations?.["gateway.networking.k8s.io/bundle-version"],
      );
      expect(new Set(versions)).toEqual(new Set(["v1.5.1"]));
      expect(await read(bundle)).toBe(text);
    });

    test.each(ways)("takes a digest in any case that the bytes have (%s)", async (way) => {
      const { bundle } = world.sources[way];
      const text = await read(bundle);
      const digest = createHash("sha256").update(text).digest("hex");
      expect(await read(bundle, digest)).toBe(text);
      expect(await read(bundle, digest.toUpperCase())).toBe(text);
    });

    test.each(ways)("refuses bytes of another digest, naming both, for good (%s)", async (way) => {
      const { bundle } = world.sources[way];
      const digest = createHash("sha256")
        .update(await read(bundle))
        .digest("hex");
      const wanted = "0".repeat(64);
      await expect(read(bundle, wanted)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-DOWNLOAD-DIGEST",
        message: `${bundle} has the SHA-256 ${digest} where ${wanted} was expected.`,
        retry: undefined,
      });
    });

    test.each(ways)("what is not there is GT-DOWNLOAD-FAILED, by its name (%s)", async (way) => {
      const { absent } = world.sources[way];
      await expect(read(absent)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-DOWNLOAD-FAILED",
        exitCode: 1,
        message: expect.stringMatching(/^Could not read \S*absent/) as unknown,
        retry: undefined,
      });
    });

    test.each(["ftp://files.test/v1.5.1.yaml", "s3://bucket/v1.5.1.yaml", "http://"])(
      "%s is no source",
      async (source) => {
        await expect(read(source)).rejects.toMatchObject({
          code: "GT-DOWNLOAD-SOURCE",
          exitCode: 2,
        });
      },
    );

    test("does not show credentials", async () => {
      const shown = await read("ftp://me:hidden@files.test/x").catch(String);
      expect(shown).toContain("ftp://files.test/x");
      expect(shown).not.toContain("hidden");
    });
  });
}
