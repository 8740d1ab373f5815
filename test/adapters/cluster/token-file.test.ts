import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TokenFile } from "../../../src/adapters/cluster/token-file.ts";

const MINUTE = 60_000;
let directory = "";
let now = 0;
let made = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gt-token-"));
  now = Date.parse("2026-01-01T00:00:00Z");
  made = 0;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function tokenFile(createToken = nextToken) {
  const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
  return new TokenFile({ path: join(directory, "token"), createToken, clock });
}
const nextToken = () => {
  made += 1;
  return Promise.resolve({ token: `token-${made}`, expiresAt: new Date(now + 14 * MINUTE) });
};
const written = () => readFileSync(join(directory, "token"), "utf8");

describe("the token's file", () => {
  it("is private, and nothing else is left beside it", async () => {
    const file = tokenFile();
    await file.start();
    file.stop();
    expect(written()).toBe("token-1");
    expect(statSync(join(directory, "token")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["token"]);
  });

  it.each([
    [8, "token-1"],
    [9.5, "token-2"],
    [600, "token-2"],
  ])("after %d minutes, asleep or not, holds %s", async (minutes, token) => {
    const file = tokenFile();
    await file.refreshIfDue();
    now += minutes * MINUTE;
    await file.refreshIfDue();
    expect(written()).toBe(token);
  });

  it("is replaced before a short-lived token ends", async () => {
    const file = tokenFile(() => {
      made += 1;
      return Promise.resolve({ token: `token-${made}`, expiresAt: new Date(now + 5 * MINUTE) });
    });
    await file.refreshIfDue();
    now += 3.5 * MINUTE;
    await file.refreshIfDue();
    expect(written()).toBe("token-2");
  });

  it("is written once when many ask at the same time", async () => {
    const file = tokenFile();
    await Promise.all([file.refreshIfDue(), file.refreshIfDue(), file.refreshIfDue()]);
    expect(made).toBe(1);
  });

  it("is replaced after a refusal, unless the token is new", async () => {
    const file = tokenFile();
    await file.refreshIfDue();
    expect(await file.replaceRefused()).toBe(false);
    now += MINUTE;
    expect(await file.replaceRefused()).toBe(true);
    expect(written()).toBe("token-2");
  });

  it("tells whoever asks why no token could be made, and tries again the next time", async () => {
    let broken = true;
    const file = tokenFile(() => (broken ? Promise.reject(new Error("SSO expired")) : nextToken()));
    await expect(file.refreshIfDue()).rejects.toThrow("SSO expired");
    broken = false;
    await file.refreshIfDue();
    expect(written()).toBe("token-1");
  });
});
