import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { LabError } from "./error.ts";

/** Ports that nobody listens on, all different. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function portOf(server: Pick<Server, "address">): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** The load balancer's ports must be free, for a CA asks on port 80 and nowhere else. */
export async function requireFreePort(address: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES") {
      throw new LabError(
        `This user may not listen on port ${port}. Run the lab as root, or allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start=80`,
      );
    }
    if (code !== "EADDRINUSE") throw error;
    throw new LabError(
      `Port ${port} of ${address} is taken${findOwner(address, port)}. Stop that program, or use another address: --address 127.0.0.2`,
    );
  }
  await new Promise((resolve) => server.close(resolve));
}

/** `ss -Hltnp` and `lsof -nP` print a line per listener; another address's is not the owner. */
const LISTENERS: readonly [command: string, args: readonly string[], owner: RegExp][] = [
  ["ss", ["-Hltnp"], /users:\(\("(?<name>[^"]*)",pid=(?<pid>\d+)/],
  ["lsof", ["-nP", "-iTCP", "-sTCP:LISTEN"], /^(?<name>\S+)\s+(?<pid>\d+)/],
];

function findOwner(address: string, port: number): string {
  const own = [address, "*", "0.0.0.0", "[::]"].map((host) => ` ${host}:${port} `);
  for (const [command, args, owner] of LISTENERS) {
    try {
      const text = execFileSync(command, args, { stdio: ["ignore", "pipe", "ignore"] }).toString();
      const line = text.split("\n").find((each) => own.some((at) => each.includes(at)));
      const found = owner.exec(line ?? "")?.groups;
      if (found !== undefined) return ` by ${found["name"]} (pid ${found["pid"]})`;
    } catch {
      // The next tool may be there.
    }
  }
  return "";
}
