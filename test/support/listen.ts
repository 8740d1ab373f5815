import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";

const openSockets = new WeakMap<Server, Set<Socket>>();

/** Starts the server on a free port of the loopback interface and returns the port. */
export async function listen(server: Server, address = "127.0.0.1"): Promise<number> {
  const sockets = new Set<Socket>();
  openSockets.set(server, sockets);
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return bound.port;
}

/** Ends the server and every connection that it has. */
export async function closeServer(server: Server): Promise<void> {
  server.close();
  for (const socket of openSockets.get(server) ?? []) socket.destroy();
  await once(server, "close");
}

/** Whether this machine has an IPv6 loopback interface. */
export const hasIPv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some((entry) => entry.address === "::1"),
);

/** A port of 127.0.0.1 where nothing listens any more. */
export async function findClosedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await closeServer(server);
  return port;
}
