import { describe, expect, test } from "vitest";
import type { Tools } from "../../../src/ports/world.ts";

export interface ToolsWorld {
  tools: Tools;
  /** Beginnings of the versions that are there. */
  expected: { kubectl: string; helm: string };
}

/** What every Tools does, the real one and the sandbox's. */
export function describeTools(title: string, make: () => Promise<ToolsWorld>): void {
  describe(`Tools: ${title}`, () => {
    test("kubectl's and helm's versions are plain numbers, without a v", async () => {
      const { tools, expected } = await make();
      const { kubectl, helm } = await tools.versions();
      for (const version of [kubectl, helm]) expect(version).toMatch(/^\d+\.\d+\.\d+(?:[-+].+)?$/);
      expect({ kubectl, helm }).toEqual({
        kubectl: expect.stringMatching(new RegExp(`^${expected.kubectl}\\.`)) as unknown,
        helm: expect.stringMatching(new RegExp(`^${expected.helm}\\.`)) as unknown,
      });
    });

    test("asking twice answers the same", async () => {
      const { tools } = await make();
      expect(await tools.versions()).toEqual(await tools.versions());
    });
  });
}
