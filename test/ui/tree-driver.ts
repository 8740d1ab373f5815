import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import type { RunEvent } from "../../src/runner/event.ts";
import { steps } from "../../src/steps/index.ts";
import { createTreeObserver } from "../../src/ui/tree.ts";

/** What the test tells this process over a socket, one JSON document a line. */
export type Order = { event: RunEvent } | { finish: true };

const [, , socketPath = ""] = process.argv;
let now = 0;
let last: RunEvent | undefined;
const observer = createTreeObserver({
  stderr: process.stderr,
  steps: steps.slice(0, 6),
  color: true,
  columns: 80,
  now: () => now,
});
const socket = createConnection(socketPath);

async function finish(): Promise<void> {
  await observer.finish();
  process.stderr.write("the end\n");
  socket.end();
}

process.once("SIGINT", () => {
  if (last !== undefined) {
    observer.onEvent({ ...last, phase: "cancelled", message: "Stopped by Ctrl-C." });
  }
  void finish();
});

createInterface({ input: socket }).on("line", (line) => {
  const order: Order = JSON.parse(line);
  if ("finish" in order) {
    void finish();
    return;
  }
  now = order.event.at;
  last = order.event;
  observer.onEvent(order.event);
});
