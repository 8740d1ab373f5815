import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChildRegistry, refusedFile } from "./children.ts";

/** `sun_path` of a socket's address: 104 bytes on macOS, 108 on Linux, with a final zero. */
const LONGEST_SOCKET_PATH = 103;

/** A directory that only this user can enter, for the kubeconfig, the token and the socket. */
export interface PrivateDirectory {
  path: string;
  /** Safe to call twice. */
  remove(): void;
}

/** Recorded, so that the next run removes it if this one is killed. */
export function createPrivateDirectory(registry: ChildRegistry): PrivateDirectory {
  const path = makeDirectory(shortTemporaryDirectory());
  registry.addDirectory(path);
  let removed = false;
  return {
    path,
    remove: () => {
      if (removed) return;
      removed = true;
      rmSync(path, { recursive: true, force: true });
      registry.removeDirectory(path);
    },
  };
}

function makeDirectory(base: string): string {
  try {
    // mkdtemp makes it with mode 0700.
    return mkdtempSync(join(base, "gateway-tls-"));
  } catch (error) {
    throw refusedFile(base, "TMPDIR", error);
  }
}

function shortTemporaryDirectory(): string {
  const socket = join(tmpdir(), "gateway-tls-XXXXXX", "s999");
  return Buffer.byteLength(socket) > LONGEST_SOCKET_PATH ? "/tmp" : tmpdir();
}
