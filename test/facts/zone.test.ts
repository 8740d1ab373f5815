import { expect, test } from "vitest";
import { chooseZone, encloses } from "../../src/facts/zone.ts";
import { findTxtOwner, listRegistryNames } from "../../src/facts/records.ts";

const zone = (id: string, name: string, isPrivate = false) => ({ id, name, private: isPrivate });
const top = zone("Z1", "example.com");
const sub = zone("Z2", "dev.example.com");
const hidden = zone("Z3", "example.com", true);
const all = [top, sub, hidden, zone("Z4", "ample.com"), zone("Z5", "com.example")];

test("the nearest enclosing public zone is chosen", () => {
  expect(chooseZone(all, "example.com").zone).toEqual(top);
  expect(chooseZone(all, "a.dev.example.com").zone).toEqual(sub);
  expect(chooseZone(all, "other.example.com").zone).toEqual(top);
  expect(chooseZone(all, "example.com").privateZones).toEqual([hidden]);
});

test("a zone whose name only ends alike does not enclose", () => {
  expect(encloses("ample.com", "example.com")).toBe(false);
  expect(chooseZone([zone("Z4", "ample.com")], "example.com")).toMatchObject({
    zone: undefined,
    candidates: [],
  });
});

test("twins are not chosen between, unless --zone-id does", () => {
  const twin = zone("Z9", "example.com");
  expect(chooseZone([...all, twin], "example.com")).toMatchObject({
    zone: undefined,
    candidates: [top, twin],
  });
  expect(chooseZone([...all, twin], "example.com", "Z9").zone).toEqual(twin);
});

test.each([
  ["Z0", "absent"],
  ["Z3", "private"],
  ["Z2", "elsewhere"],
])("--zone-id %s is %s", (id, problem) => {
  expect(chooseZone(all, "example.com", id)).toMatchObject({
    zone: undefined,
    zoneIdProblem: problem,
  });
});

test.each([
  ["www.example.com"],
  ["cname-www.example.com"],
  ["a-www.example.com"],
  ["cname-edns.www.example.com"],
  ["aaaa-edns.www.example.com"],
])("the owner is found in the TXT record %s", (name) => {
  expect(listRegistryNames("www.example.com")).toContain(name);
  const values = [
    '"heritage=external-dns,external-dns/owner=gt.1,external-dns/resource=httproute/a/b"',
  ];
  expect(findTxtOwner([{ name, type: "TXT", values }], "www.example.com")).toBe("gt.1");
});

test("other TXT records name no owner", () => {
  const spf = { name: "www.example.com", type: "TXT", values: ['"v=spf1 -all"'] };
  const other = { name: "cname-api.example.com", type: "TXT", values: ['"external-dns/owner=x"'] };
  expect(findTxtOwner([spf, other], "www.example.com")).toBeUndefined();
});
