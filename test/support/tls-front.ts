import { createServer, type Server, type Socket } from "node:net";

/** A fatal TLS alert `unrecognized_name` (RFC 6066): what NGINX's `ssl_reject_handshake` sends. */
const UNRECOGNIZED_NAME = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);

/**
 * Stands before a TLS server and refuses the names that it has no certificate for, as NGINX does.
 * Node's own server would just close the connection.
 */
export function refuseUnknownNames(
  tls: Pick<Server, "emit">,
  isKnown: (name: string) => boolean,
): Server {
  return createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    let received = Buffer.alloc(0);
    const look = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 5 || received.length < 5 + received.readUInt16BE(3)) return;
      socket.off("data", look);
      if (!isKnown(readServerName(received) ?? "")) return void socket.end(UNRECOGNIZED_NAME);
      socket.pause();
      socket.unshift(received);
      tls.emit("connection", socket);
    };
    socket.on("data", look);
  });
}

/** The SNI of a ClientHello that came in one record; `undefined` without one. */
function readServerName(hello: Buffer): string | undefined {
  // Record and handshake headers, version and random.
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at + 4 <= end; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) !== 0) continue;
    const length = hello.readUInt16BE(at + 7);
    return hello.toString("ascii", at + 9, at + 9 + length);
  }
  return undefined;
}
