import { refuseUnprintable, wrongValue } from "./wrong-value.ts";

/** An absolute http(s) URL without credentials. Throws `GT-CONFIG-VALUE`. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(text)) {
    const meant = `https://${text.trim()}`;
    const near = !text.includes("://") && text.includes(".") && URL.canParse(meant);
    throw wrongValue(text, "is no URL: https://host/path is needed", near ? meant : undefined);
  }
  if (url.username !== "" || url.password !== "") {
    url.username = "";
    url.password = "";
    throw wrongValue(url.href, "was given with credentials, which are not kept: leave them out");
  }
  return text;
}

/**
 * Where a chart or a CRD bundle comes from: a path, an http(s) URL or an `oci://` reference. Throws
 * `GT-CONFIG-VALUE`.
 */
export function parseSource(text: string): string {
  refuseUnprintable(text);
  if (text.trim() === "")
    throw wrongValue(text, "is empty: a path, URL or oci:// reference is needed");
  if (/^https?:\/\//.test(text)) return parseUrl(text);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme === undefined) return text;
  if (scheme === "oci" && /^oci:\/\/[^\s/@]+\/[^\s]+$/.test(text)) return text;
  throw wrongValue(text, "is no path, https:// URL or oci://registry/path reference");
}

/** `HOST[:PORT]`; an IPv6 address with a port in brackets. Throws `GT-CONFIG-VALUE`. */
export function parseDnsServer(text: string): string {
  const shape = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(text);
  const bare = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(text);
  const port = Number(shape?.[2] ?? 53);
  if (!text.startsWith("-") && (bare || (shape !== null && port >= 1 && port <= 65_535)))
    return text;
  throw wrongValue(text, "is no DNS server: HOST or HOST:PORT is needed, as in 1.1.1.1:53");
}

/** The path of a file or folder on this machine. Throws `GT-CONFIG-VALUE`. */
export function parsePathOfFile(text: string): string {
  refuseUnprintable(text);
  if (text.trim() !== "") return text;
  throw wrongValue(text, "is empty: the path of a file is needed");
}
