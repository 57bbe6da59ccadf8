import type { Context } from 'hono';
import type { IdPrefix, idFromBytes } from '../../kernel/ids.ts';
import type { SecretPorts } from '../../kernel/ports/ports.ts';
import type { Refusal } from '../../kernel/result.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { withIdempotency } from '../../store/records/idempotency.ts';
import type { AppEnv } from '../context.ts';

/** Runs a creation once per Idempotency-Key, bound to exactly this request's body. */
export async function createOnce<P extends IdPrefix, A extends object>(
  ports: SecretPorts,
  c: Context<AppEnv>,
  prefix: P,
  make: (newId: NewId<ReturnType<typeof idFromBytes<P>>>) => Promise<A | Refusal>,
): Promise<A | Refusal> {
  return withIdempotency(
    ports,
    {
      actor: c.get('act').actor,
      key: c.req.header('idempotency-key'),
      fingerprint: `${c.req.method} ${c.req.path}\n${await c.req.text()}`,
      prefix,
    },
    make,
  );
}
