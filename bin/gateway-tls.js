#!/usr/bin/env node
// Old syntax and old import names only: this file must still parse where it has to say that Node is
// too old. Everything else is in dist/.
import { existsSync, readFileSync } from "fs";
import * as nodeModule from "module";
import { setFlagsFromString } from "v8";

const required = [20, 17];

start(process.argv.slice(2));

function start(args) {
  if (!isRecent(process.versions.node)) {
    fail(
      "gateway-tls needs Node.js " +
        required.join(".") +
        " or newer; this is " +
        process.version +
        ".",
      "Install a newer Node.js (https://nodejs.org/) and run the same command again.",
    );
    return;
  }
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.write(readVersion() + "\n");
    return;
  }
  prepareProcess();
  run(args);
}

function isRecent(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > required[0] || (parts[0] === required[0] && parts[1] >= required[1]);
}

function readVersion() {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

function prepareProcess() {
  // The SDK is pinned, and warns about Node 20 on every start.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  // A reader that went away (`| head`), or a terminal, must not end a bring-up in the middle.
  process.stdout.on("error", ignoreLostReader);
  process.stderr.on("error", ignoreLostReader);
  const { HOME, XDG_CACHE_HOME } = process.env;
  // Node's default is below the shared temporary directory: code that runs belongs in a private one.
  const cache = XDG_CACHE_HOME || (HOME && HOME + "/.cache");
  if (cache && nodeModule.enableCompileCache) {
    nodeModule.enableCompileCache(cache + "/gateway-tls/compiled");
  }
}

function ignoreLostReader(error) {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

function run(args) {
  const entry = new URL("../dist/cli.js", import.meta.url);
  if (!existsSync(entry)) {
    fail("gateway-tls is not built: dist/ is missing.", "Run npm run build.");
    return;
  }
  const io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  };
  import(entry.href)
    .then((cli) => {
      spareMemory(args);
      return cli.main(args, io);
    })
    .then(
      (exitCode) => (process.exitCode = exitCode),
      (error) => fail("gateway-tls failed in a way that it should not.", error.stack || error),
    );
}

// Of thousands of hosts much is read and dropped; collected sooner, a third of the memory is spared.
function spareMemory(args) {
  if (args.includes("status")) setFlagsFromString("--optimize-for-size");
}

function fail(message, hint) {
  process.stderr.write(message + "\n" + hint + "\n");
  process.exitCode = 1;
}
