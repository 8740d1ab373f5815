/** Where one kind of trouble is seen: by a link of status, in these states, or by a check before. */
export type TroubleRow =
  | { link: string; code: string; states: readonly string[] }
  /** What waits or warns has a state, and no code. */
  | { link: string; states: readonly string[] }
  | { check: string; code: string };
