import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { RequestRefusal } from '../../http/problem.ts';

const FORM = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=utf-8)?[ \t]*$/i;

/**
 * The fields of a form of our pages, each at most once; the body is bounded already. Unknown fields are refused, as the
 * API refuses them (SR-28, SR-57).
 */
export async function readForm<N extends string>(
  c: Context<AppEnv>,
  names: readonly N[],
): Promise<Partial<Record<N, string>>> {
  if (!FORM.test(c.req.header('content-type') ?? '')) throw new RequestRefusal('MEDIA_TYPE_UNSUPPORTED');
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await c.req.text())) {
    if (fields.has(name)) throw new RequestRefusal('DUPLICATE_NAME');
    if (!names.some((known) => known === name)) throw new RequestRefusal('INPUT_INVALID');
    fields.set(name, value);
  }
  return Object.fromEntries(fields) as Partial<Record<N, string>>;
}
