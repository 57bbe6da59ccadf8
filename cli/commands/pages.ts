import { type Service, UsageError } from '../connection/service.ts';

/** Every object of a list, page by page. */
export async function* pages(
  service: Service,
  path: string,
  query: Readonly<Record<string, unknown>> = {},
  atOnce = 200,
): AsyncGenerator<Record<string, unknown>> {
  for (let after: string | undefined; ; ) {
    const { body } = await service.send('GET', path, { query: { ...query, limit: atOnce, after } });
    // A list without pages has no `next`.
    const { items, next = null } = body as { items: Record<string, unknown>[]; next?: string | null };
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
