import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { accountDocument } from '../accounts/documents.ts';
import { actorOf } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import { KEY_USE_STEP_MS, type ProtectimusKey, validSealedSecrets } from '../api-keys/api-key.ts';
import { writeApiKey } from '../api-keys/api-key-format.ts';
import { apiKeyDocument, apiKeyUseDocument, protectimusKeyIndexes } from '../api-keys/documents.ts';
import { openSecret } from '../api-keys/protectimus-secret.ts';
import type { Actor } from '../kernel/actor.ts';
import { inRange } from '../kernel/addresses.ts';
import { type AccountId, type AdministratorId, type ApiKeyId, parseId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports, SecretPorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import type { Result } from '../kernel/result.ts';
import { recordOnce } from '../store/record-once.ts';
import { isValidAt, parseHourlyPassword } from './hourly-password.ts';
import { clientKeyOf, countFailure, rateLimitRefusal, recordSuccess } from './rate-limit.ts';

interface KeyCredentials {
  /** As it was sent. */
  login: string;
  password: string;
  /** Canonical; undefined if no trusted source states it. */
  address: string | undefined;
}

export interface AuthenticatedKey {
  actor: Extract<Actor, { kind: 'administrator' }>;
  key: ProtectimusKey;
  /** The text of the key, which also signs transactions. */
  text: string;
}

const PAGE = 1000;
const MAX_LOGIN_LENGTH = 200;

/** The decoy for an unknown name: the same reads and comparisons. */
const DECOY = {
  account: 'acc_00000000000' as AccountId,
  key: 'key_00000000000' as ApiKeyId,
  administrator: 'adm_00000000000' as AdministratorId,
};

/**
 * Authenticates a caller of the dialect. Key, account and administrator are read for every request, so that a key that
 * was disabled, or whose administrator was removed, fails at the next one (SR-39). Every failure is refused alike,
 * after the same reads (SR-17); after too many failures from one address, for one name or for many, its requests are
 * refused unread for the rest of a minute.
 */
export async function authenticateKey(
  ports: SecretPorts & Pick<Ports, 'reportFault'>,
  credentials: KeyCredentials,
): Promise<Result<AuthenticatedKey>> {
  const login = normaliseName(credentials.login.slice(0, MAX_LOGIN_LENGTH));
  const guesser = clientKeyOf(credentials.address, login);
  const barred = rateLimitRefusal(ports, guesser);
  if (barred) return barred;
  const now = ports.clock.now();
  const given = parseHourlyPassword(credentials.password) ?? Buffer.alloc(0);
  const where = await keysNamed(ports, login);
  const stored = await ports.store.getMany([apiKeyDocument.key(DECOY.account, DECOY.key), ...where], now);
  const keys = stored
    .map((one) => one?.value)
    .filter((key) => key?.kind === 'protectimus')
    .filter((key) => normaliseName(key.login) === login);
  // Every key is compared, whichever matches, and the decoy if there is none.
  isValidAt(JSON.stringify(DECOY), given, now);
  const right = keys.flatMap((key) =>
    validSealedSecrets(key, now)
      .map((sealed) => writeApiKey({ account: key.account, id: key.id, secret: openSecret(ports, key, sealed) }))
      .filter((text) => isValidAt(text, given, now))
      .map((text) => ({ key, text })),
  )[0];
  const whose = right?.key ?? keys[0] ?? DECOY;
  const [home, administrator] = await ports.store.getMany(
    [accountDocument.key(whose.account), administratorDocument.key(whose.account, whose.administrator)] as const,
    now,
  );
  const isActive = home !== undefined && administrator?.value.state === 'active';
  if (!right || !isActive || !isFrom(right.key, credentials.address)) return countFailure(ports, guesser);
  recordSuccess(ports, guesser);
  const { key, text } = right;
  void recordOnce(ports, apiKeyUseDocument.key(key.account, key.id), KEY_USE_STEP_MS);
  return { actor: { ...actorOf(home.value, administrator.value), through: key.id }, key, text };
}

/**
 * All keys of all accounts with that login: omitting one would lock it out. Each account has at most {@link
 * MAX_KEYS_PER_LOGIN}.
 */
async function keysNamed({ store }: SecretPorts, login: string) {
  const found: IndexEntry[] = [];
  let after: IndexEntry | undefined;
  do {
    const page = await store.range(protectimusKeyIndexes.login(login), { limit: PAGE, ...omitUndefined({ after }) });
    found.push(...page);
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
  return found.flatMap(({ sort, id }) => {
    const [account, key] = [parseId('acc', sort), parseId('key', id)];
    return account && key ? [apiKeyDocument.key(account, key)] : [];
  });
}

/** A key limited to addresses is refused from an unknown one. */
function isFrom({ addressRanges }: ProtectimusKey, address: string | undefined): boolean {
  if (addressRanges === undefined) return true;
  return address !== undefined && addressRanges.some((range) => inRange(address, range));
}
