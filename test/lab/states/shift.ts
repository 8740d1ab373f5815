const MOMENT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:Z| UTC)/g;

/** The same, with every moment in every text moved by so many milliseconds, in its own spelling. */
export function shiftTimes<T>(value: T, byMs: number): T {
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  return JSON.parse(text.replaceAll(MOMENT, (moment) => move(moment, byMs)));
}

function move(moment: string, byMs: number): string {
  const at = new Date(Date.parse(moment.replace(" UTC", "Z")) + byMs);
  const text = at.toISOString().replace(/\.\d+Z$/, "Z");
  return moment.includes("UTC") ? text.replace("T", " ").replace("Z", " UTC") : text;
}
