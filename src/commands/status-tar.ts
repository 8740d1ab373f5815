/** Bytes; a header is one block, and content is filled up to whole ones. */
const BLOCK = 512;

/** A tar archive (POSIX.1-1988, ustar) of texts by their paths, of at most 100 bytes each. */
export function buildTar(files: Record<string, string>, at: Date): Buffer {
  const entries = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [buildHeader(`gateway-tls-bundle/${path}`, content.length, at), content, padding];
  });
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

function buildHeader(path: string, size: number, at: Date): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  header.write(octal(0o600, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(at.getTime() / 1000, 12), 136);
  // While it is summed up, the field of the sum counts as spaces.
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** Digits, and the NUL that ends them. */
function octal(value: number, length: number): string {
  return `${Math.floor(value)
    .toString(8)
    .padStart(length - 1, "0")}\0`;
}
