import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { parseWatchEvent, type WatchEvent } from "./objects.ts";

/** A watch sends one JSON document per line; those that come together are handed on together. */
export async function* readWatch(message: Readable): AsyncGenerator<WatchEvent[]> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of message) {
    // The message has no encoding set: its chunks are Buffers.
    const lines = (rest + decoder.write(Buffer.from(chunk))).split("\n");
    rest = lines.pop() ?? "";
    const events = lines.filter((line) => line.trim() !== "").map(parseWatchEvent);
    if (events.length > 0) yield events;
  }
}
