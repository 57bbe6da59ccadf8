import { accountDocument } from '../accounts/documents.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { hashSecret, isSameSecret } from '../kernel/secret-token.ts';
import { recordOnce } from '../store/record-once.ts';
import { RequestStore } from '../store/request-ports.ts';
import { type ApiKey, KEY_USE_STEP_MS, validSecretHashes } from './api-key.ts';
import { parseApiKey } from './api-key-format.ts';
import { apiKeyDocument, apiKeyUseDocument } from './documents.ts';

/**
 * Authenticates the caller. The key is read for every request, so that a revoked one stops working within one request
 * (SR-39). So is its account, since the keys of a deleted one remain for a while.
 *
 * @param alongside what else to read in the same trip, before the caller is known
 */
export async function authenticateApiKey(
  ports: WritePorts & Pick<Ports, 'reportFault'>,
  text: string,
  alongside: (account: AccountId) => readonly RawKey[] = () => [],
): Promise<Result<{ key: ApiKey; store: RequestStore }>> {
  const parsed = parseApiKey(text);
  if (!parsed) return refusal('API_KEY_INVALID');
  const now = ports.clock.now();
  const key = apiKeyDocument.key(parsed.account, parsed.id);
  const store = new RequestStore(ports.store);
  const accountKey = accountDocument.key(parsed.account);
  await store.readAhead([key, accountKey, ...alongside(parsed.account)], now);
  const [stored, account] = await store.getMany([key, accountKey], now);
  const given = hashSecret(parsed.secret);
  // A key of the Protectimus dialect works on that API alone.
  const kept = stored && stored.value.kind === undefined ? validSecretHashes(stored.value, now) : [];
  const right = kept.map((hash) => isSameSecret(given, hash)).includes(true);
  if (!stored || !account || !right) return refusal('API_KEY_INVALID');
  void recordOnce(ports, apiKeyUseDocument.key(parsed.account, parsed.id), KEY_USE_STEP_MS);
  return { key: stored.value, store };
}
