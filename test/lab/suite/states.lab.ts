import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readState, readStates } from "../../checks/state-file.ts";
import { leftOut } from "../states/left-out.ts";
import { NOW, Stage } from "../states/stage.ts";

const EXIT_CODES = { healthy: 0, waiting: 3, degraded: 3, unknown: 1 } as const;

/** Those of one moment together, so that what they share stays loaded. */
const states = readStates()
  .filter(({ name }) => leftOut[name] === undefined)
  .toSorted((a, b) => (a.now ?? NOW).localeCompare(b.now ?? NOW));

describe("each state as objects of a real API server", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open(inject("built"));
  });
  afterAll(() => stage?.close());

  test.each(states.map((state) => [state.name, state] as const))("%s", async (_, state) => {
    const { verdict, link, code, says = "" } = state.expect;
    const { exitCode, document, stdout, stderr } = await stage.look(state);
    const [first] = document?.findings ?? [];
    const id = document?.hosts[0]?.chain.find(({ link }) => link === first?.link)?.id;
    const seen = { exitCode, verdict: document?.verdict, link: id, code: first?.code ?? undefined };
    const text = document === undefined ? `${stdout}${stderr}` : JSON.stringify(document.findings);
    expect(seen, text).toEqual({ exitCode: EXIT_CODES[verdict], verdict, link, code });
    const moment = /\d{4}-\d\d-\d\dT\S+Z/g;
    expect(first?.reason ?? "").toMatch(new RegExp(says.replaceAll(moment, ".+Z")));
  });

  test("without an installation there is nothing to look at", async () => {
    const { exitCode, stdout } = await stage.look({
      ...readState("installation-absent"),
      objects: [],
    });
    expect(exitCode, stdout).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "GT-NOT-INSTALLED" } });
  });
});
