import { type AccountId, type ApiKeyId, parseId } from '../kernel/ids.ts';

/**
 * `csk_<account>_<key>_<secret>`: contains its account, so that it is found without an index, and is recognisable to
 * secret scanners. The secret has 160 random bits in Crockford base32.
 */
interface ApiKeyText {
  account: AccountId;
  id: ApiKeyId;
  secret: string;
}

const SHAPE = /^csk_([0-9a-z]{11})_([0-9a-z]{11})_([0-9a-hjkmnp-tv-z]{32})$/;

export function parseApiKey(text: string): ApiKeyText | undefined {
  const match = SHAPE.exec(text);
  const account = parseId('acc', `acc_${match?.[1]}`);
  const id = parseId('key', `key_${match?.[2]}`);
  const secret = match?.[3];
  return account && id && secret ? { account, id, secret } : undefined;
}

/** The start of a key's text: enough to identify the key, without its secret. */
export function apiKeyPrefix(key: Omit<ApiKeyText, 'secret'>): string {
  return `csk_${key.account.slice(4)}_${key.id.slice(4)}`;
}

export function writeApiKey(key: ApiKeyText): string {
  return `${apiKeyPrefix(key)}_${key.secret}`;
}
