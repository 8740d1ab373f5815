/**
 * A name as the port spells it: lower case, no trailing dot, and Route 53's octal escapes
 * (`\052`) decoded. An escaped dot or backslash stays escaped, or the labels would change.
 */
export function parseRecordName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, "")
    .replaceAll(/\\(\d{3})/g, (escape: string, octal: string) => {
      const character = String.fromCharCode(Number.parseInt(octal, 8));
      return /^[!-~]$/.test(character) && !".\\".includes(character) ? character : escape;
    });
}

/** A name of a host or zone as AWS gives it: lower case, without the trailing dot. */
export function parseDomainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
