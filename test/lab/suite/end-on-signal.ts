/**
 * What a lab does at this process's exit, a signal's own end would leave undone; and vitest lets no
 * test call `process.exit`.
 */
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    process.emit("exit", 130);
    process.kill(process.pid, signal);
  });
}
