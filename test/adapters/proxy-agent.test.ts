import { describe, expect, test } from "vitest";
import { findProxy } from "../../src/adapters/proxy-agent.ts";

const proxy = "http://proxy.test:3128";

describe("findProxy", () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ["https://a.test/", {}, undefined],
    ["https://a.test/", { HTTPS_PROXY: proxy }, `${proxy}/`],
    ["https://a.test/", { https_proxy: proxy }, `${proxy}/`],
    ["https://a.test/", { HTTPS_PROXY: "proxy.test:3128" }, `${proxy}/`],
    ["https://a.test/", { HTTPS_PROXY: "", https_proxy: proxy }, undefined],
    ["https://a.test/", { HTTP_PROXY: proxy }, undefined],
    ["http://a.test/", { HTTP_PROXY: proxy }, `${proxy}/`],
    ["http://a.test/", { HTTPS_PROXY: proxy }, undefined],
  ])("%s with %j goes through %s", (url, env, expected) => {
    expect(findProxy(new URL(url), env)?.href).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ["https://a.test/", "*", true],
    ["https://a.test/", "b.test, a.test", true],
    ["https://A.test/", "A.TEST", true],
    ["https://sub.a.test/", "a.test", true],
    ["https://sub.a.test/", ".a.test", true],
    ["https://sub.a.test/", "*.a.test", true],
    ["https://a.test/", ".a.test", false],
    ["https://bada.test/", "a.test", false],
    ["https://a.test/", "a.test:443", true],
    ["https://a.test:8443/", "a.test:443", false],
    ["https://10.1.2.3/", "10.1.0.0/16", true],
    ["https://10.2.2.3/", "10.1.0.0/16", false],
    ["https://a.test/", "10.1.0.0/16", false],
    ["https://10.1.2.3/", "10.1.2.3", true],
    ["https://10.1.2.3/", "2.3", false],
    ["https://[fd00::1]/", "fd00::1", true],
    ["https://[fd00::1]/", "[fd00::1]:443", true],
    ["https://[fd00::1]/", "fd00::/8", true],
    ["https://a.test/", "10.0.0.0/99 /8 nonsense/x", false],
    ["https://localhost/", "", true],
    ["https://127.0.0.9:8443/", "", true],
    ["https://[::1]/", "", true],
  ])("%s with NO_PROXY=%s is direct: %s", (url, noProxy, direct) => {
    const found = findProxy(new URL(url), { HTTPS_PROXY: proxy, NO_PROXY: noProxy });
    expect(found === undefined).toBe(direct);
  });

  test.each(["socks5://proxy.test:1080", "http://", "://"])("refuses %s", (value) => {
    expect(() => findProxy(new URL("https://a.test/"), { HTTPS_PROXY: value })).toThrow(
      expect.objectContaining({ code: "GT-PROXY", exitCode: 2 }),
    );
  });
});
