import { expect, it } from "vitest";
import { hasUnicodeLocale } from "../../src/ui/screen.ts";

it.each([
  [{ LANG: "en_US.UTF-8" }, true],
  [{ LC_ALL: "C", LANG: "en_US.UTF-8" }, false],
  [{ LANG: "de_DE.ISO-8859-1" }, false],
  [{ LC_CTYPE: "UTF-8" }, true],
  [{ LANG: "C.utf8" }, true],
  [{ LANG: "en_US.UTF-8", TERM: "linux" }, false],
  [{}, true],
])("the locale %j has Unicode: %s", (env, has) => {
  expect(hasUnicodeLocale(env)).toBe(has);
});
