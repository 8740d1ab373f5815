import { holdKilledInit } from "./killed-init.ts";

// Each identity in a file of its own: they run side by side.
holdKilledInit("pod-identity");
