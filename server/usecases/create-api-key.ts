import { createHash } from 'node:crypto';
import type { ApiKey, ApiScope } from '../domain/api-key.ts';
import { writeApiKey } from '../domain/api-key-text.ts';
import { mayAdminister } from '../domain/authority.ts';
import { crockford, idFromBytes, type ResourceId } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { ABSENT } from '../ports/store.ts';
import { type Act, eventOf } from './act.ts';
import { newOperation } from './transact.ts';
import { refusal, type Verdict } from './verdict.ts';

/** Makes an API key. The text is shown once; what is kept is its hash (SR-26). */
export async function createApiKey(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  input: { name: string; scopes: ApiScope[]; resources?: ResourceId[]; lifetimeMs: number },
): Promise<Verdict<{ key: ApiKey; text: string }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const now = ports.clock.now();
  const id = idFromBytes('key', ports.random.bytes(7));
  const secret = crockford(ports.random.bytes(20));
  const key: ApiKey = {
    id,
    account,
    name: input.name,
    secretHash: hashApiSecret(secret),
    scopes: input.scopes,
    ...(input.resources && { resources: input.resources }),
    enabled: true,
    createdAt: now,
    expiresAt: now + input.lifetimeMs,
  };
  const document = documents.apiKey(account, id);
  const outcome = await ports.store.commit({
    anchor: document.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key: document, version: ABSENT }],
    put: [{ key: document, value: key }],
    append: [eventOf(act, { type: 'api-key.created', subject: id }, now)],
  });
  if (outcome === 'conflict') return refusal('CONTENTION');
  return { key, text: writeApiKey({ account, id, secret }) };
}

/** The secret is random and long, so a plain hash protects it; a slow one would only slow every request. */
export function hashApiSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
