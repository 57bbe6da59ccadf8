import { type Service, UsageError } from '../connection/service.ts';

/** Every object of a list, page by page, with the fields that the API gives it. */
export async function* pages<Item = Record<string, unknown>>(
  service: Service,
  path: string,
  query: Readonly<Record<string, unknown>> = {},
  atOnce = 200,
): AsyncGenerator<Item> {
  for (let after: string | undefined; ; ) {
    const { body } = await service.send('GET', path, { query: { ...query, limit: atOnce, after } });
    // A list without pages has no `next`.
    const { items, next = null } = body as { items: Item[]; next?: string | null };
    yield* items;
    if (next === null) return;
    after = next;
  }
}

export function parseInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError('--limit: a whole number');
  return number;
}
