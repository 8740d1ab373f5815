/** The middle one; of an even count the upper of the two. `NaN` of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** `12.3 s`. */
export const formatSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `382 ms`. */
export const formatMs = (ms: number): string => `${ms.toFixed(0)} ms`;

/** `0.43 x`. */
export const formatRatio = (ratio: number): string => `${ratio.toFixed(2)} x`;
