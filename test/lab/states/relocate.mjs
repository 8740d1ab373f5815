// Loaded before the program: what it sends to the state's name servers and load balancers goes to
// their stand-ins on loopback. Everything else about its sockets stays as it is.
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

const { resolver, nameServers, http, https } = JSON.parse(process.env.LAB_INTERNET);
// Nothing listens there.
const CLOSED = 1;
// TCP has no way to a broadcast address: ENETUNREACH, as for IPv6 on a machine without it.
const NO_ROUTE = "255.255.255.255";
const isHere = (host) => host === undefined || host === "localhost" || /^127\.|^::1$/.test(host);

function relocate(host, port) {
  if (isHere(host)) return { host, port };
  const ports = { 53: nameServers[host], 80: http, 443: https };
  if (ports[port] === "no-route") return { host: NO_ROUTE, port };
  return { host: "127.0.0.1", port: ports[port] ?? CLOSED };
}

dns.setServers([`127.0.0.1:${resolver}`]);
// It puts another function in the place of getServers.
syncBuiltinESMExports();

const connectDatagram = Reflect.get(dgram.Socket.prototype, "connect");
dgram.Socket.prototype.connect = function (port, address, callback) {
  const place = relocate(address, port);
  return connectDatagram.call(this, place.port, place.host, callback);
};

const connectStream = Reflect.get(net.Socket.prototype, "connect");
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options?.port === "number")
    Object.assign(options, relocate(options.host, options.port));
  return connectStream.apply(this, args);
};
