import { timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../domain/api-key.ts';
import { parseApiKey } from '../domain/api-key-text.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { hashApiSecret } from './create-api-key.ts';
import { refusal, type Verdict } from './verdict.ts';

/** Who calls. Read afresh for every request, so that a revoked key is dead within one (SR-39). */
export async function authenticateApiKey(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<Verdict<{ key: ApiKey }>> {
  const parsed = parseApiKey(text);
  if (!parsed) return refusal('API_KEY_INVALID');
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([documents.apiKey(parsed.account, parsed.id)], now);
  const given = Buffer.from(hashApiSecret(parsed.secret), 'hex');
  const kept = Buffer.from(stored?.value.secretHash ?? '00'.repeat(32), 'hex');
  const right = given.length === kept.length && timingSafeEqual(given, kept);
  if (!stored || !right || !stored.value.enabled || stored.value.expiresAt <= now) return refusal('API_KEY_INVALID');
  return { key: stored.value };
}
