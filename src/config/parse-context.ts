/** What a parser must know beside the text: set by other settings. */
export interface ParseContext {
  /** Names under unknown public suffixes are fine: in the sandbox, and for a private CA. */
  anySuffix: boolean;
  /** The CA is Let's Encrypt, which refuses addresses at example.com, .net and .org. */
  letsEncrypt: boolean;
  /** The domain, as it was said: for the nearest name of a host. */
  domain?: string;
  /** The text of a file, relative to where the program was started. */
  readText: (path: string) => Promise<string>;
}

/** From a value's text to the value; throws `GT-CONFIG-VALUE`. */
export type Parse<T> = (text: string, context: ParseContext) => T | Promise<T>;
