import { expect, test } from "vitest";
import { leftOut } from "../lab/states/left-out.ts";
import { listStates } from "./state-file.ts";

// The suite of the lab runs every state of the folder but these.
test("what the real API server is not shown is a state that there is, with its reason", () => {
  const names = listStates();
  for (const [name, reason] of Object.entries(leftOut)) {
    expect(names).toContain(name);
    expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  }
  expect(Object.keys(leftOut).length).toBeLessThan(names.length / 20);
});
