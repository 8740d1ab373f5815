import type { ParseContext } from "./parse-context.ts";
import { parsePathOfFile } from "./sources.ts";
import { wrongValue } from "./wrong-value.ts";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;

/** PEM certificates: as they are, or from the file that is named. Throws `GT-CONFIG-VALUE`. */
export async function parseCaBundle(
  text: string,
  { readText }: Pick<ParseContext, "readText">,
): Promise<string> {
  if (PEM.test(text)) return text;
  const path = parsePathOfFile(text);
  const content = await readText(path).catch(() => {
    throw wrongValue(path, "cannot be read: a file with PEM certificates is needed");
  });
  if (PEM.test(content)) return content;
  throw wrongValue(path, "holds no PEM certificate");
}
