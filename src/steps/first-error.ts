/**
 * As `Promise.all`, but nothing is left running: all of it has ended before the first error is
 * thrown. For writes, which must not go on behind a run that has ended.
 */
export async function awaitAll<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [Key in keyof T]: Awaited<T[Key]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Does `last` whatever happened to `work`, whose error wins over that of `last`. */
export async function thenAlways<T>(work: () => Promise<T>, last: () => Promise<void>): Promise<T> {
  const [outcome] = await Promise.allSettled([work()]);
  const [end] = await Promise.allSettled([last()]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (end.status === "rejected") throw end.reason;
  return outcome.value;
}
