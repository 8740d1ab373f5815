/** Items of all pages: `next` asks for the page of a marker, and says which marker follows. */
export async function collectPages<Item, Marker = string>(
  next: (marker: Marker | undefined) => Promise<{ items: Item[]; marker: Marker | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let marker: Marker | undefined;
  do {
    const page = await next(marker);
    items.push(...page.items);
    marker = page.marker;
  } while (marker !== undefined);
  return items;
}

/** Maps side by side, at most `limit` at once, in the order of the items. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = Array.from<Result>({ length: items.length });
  const queue = items.entries();
  const work = async () => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
