import type { Actor } from '../../domain/actor.ts';
import { inRange, rateKey } from '../../domain/addresses.ts';
import { actorOf } from '../../domain/administrator.ts';
import { KEY_USE_STEP_MS, livingSealed, type ProtectimusKey } from '../../domain/api-key.ts';
import { writeApiKey } from '../../domain/api-key-text.ts';
import { type AccountId, type AdministratorId, type ApiKeyId, parseId } from '../../domain/ids.ts';
import { normaliseName } from '../../domain/names.ts';
import { fitsHour, parseHourlyPassword } from '../../domain/protectimus/hourly-password.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import type { Store } from '../../ports/store.ts';
import { openSecret } from '../api-keys/protectimus-secret.ts';
import { noteInPassing } from '../note-in-passing.ts';
import { type Refusal, refusal, type Verdict } from '../verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

export interface ShownPassword {
  /** As it was sent. */
  login: string;
  password: string;
  /** Canonical; undefined where nobody trustworthy says. */
  address: string | undefined;
}

export interface KeyAtWork {
  actor: Extract<Actor, { kind: 'administrator' }>;
  key: ProtectimusKey;
  /** The text of the key, which also signs transactions. */
  text: string;
}

/** One administrator's keys with one user name. */
const MOST_KEYS = 20;
/** Far more than a client that was set up wrongly and is mended at once. */
export const WRONG_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const LONGEST_LOGIN = 200;

/** Where somebody looks who has named nobody: as many reads, as much to compare. */
const NOBODY = {
  account: 'acc_00000000000' as AccountId,
  key: 'key_00000000000' as ApiKeyId,
  administrator: 'adm_00000000000' as AdministratorId,
};

/**
 * Who calls in the dialect. Key, account and administrator are read afresh for every request, so that a key that was switched
 * off, or whose administrator is gone, is dead within one (SR-39). Whatever is wrong is refused alike, after the same reads
 * (SR-17); after too many wrong ones from one address for one name, nothing of them is looked at for the rest of a minute.
 */
export async function authenticateKey(ports: Needs, shown: ShownPassword): Promise<Verdict<KeyAtWork>> {
  const login = normaliseName(shown.login.slice(0, LONGEST_LOGIN));
  const guesser = JSON.stringify([shown.address === undefined ? 'unknown' : rateKey(shown.address), login]);
  const barred = barredFor(ports, guesser);
  if (barred) return barred;
  const now = ports.clock.now();
  const given = parseHourlyPassword(shown.password) ?? Buffer.alloc(0);
  const entries = await ports.store.range(indexes.protectimusKeys(login), { limit: MOST_KEYS });
  const where = entries.flatMap(({ sort, id }) => {
    const [account, key] = [parseId('acc', sort), parseId('key', id)];
    return account && key ? [documents.apiKey(account, key)] : [];
  });
  const stored = await ports.store.getMany([documents.apiKey(NOBODY.account, NOBODY.key), ...where], now);
  const keys = stored
    .map((one) => one?.value)
    .filter((key) => key?.kind === 'protectimus')
    .filter((key) => normaliseName(key.login) === login);
  // Compared with something also where there is no key, and every one is, whichever fits.
  fitsHour(JSON.stringify(NOBODY), given, now);
  const right = keys.flatMap((key) =>
    livingSealed(key, now)
      .map((sealed) => writeApiKey({ account: key.account, id: key.id, secret: openSecret(ports, key, sealed) }))
      .filter((text) => fitsHour(text, given, now))
      .map((text) => ({ key, text })),
  )[0];
  const whose = right?.key ?? keys[0] ?? NOBODY;
  const [home, administrator] = await ports.store.getMany(
    [documents.account(whose.account), documents.administrator(whose.account, whose.administrator)] as const,
    now,
  );
  const stands = home !== undefined && administrator?.value.state === 'active';
  if (!right || !stands || !isFrom(right.key, shown.address)) return countWrong(ports, guesser);
  const { key, text } = right;
  void noteInPassing(ports, documents.apiKeyUse(key.account, key.id), KEY_USE_STEP_MS);
  return { actor: { ...actorOf(home.value, administrator.value), through: key.id }, key, text };
}

/** A key that is confined to addresses is not taken from an unknown one. */
function isFrom({ addressRanges }: ProtectimusKey, address: string | undefined): boolean {
  if (addressRanges === undefined) return true;
  return address !== undefined && addressRanges.some((range) => inRange(address, range));
}

/** Until when nothing of somebody is looked at. In this process; the counting itself is the store's. */
const barred = new WeakMap<Store, Map<string, number>>();
/** Forgotten when there are more: they are then counted anew. */
const MOST_BARRED = 10_000;

function barredFor({ store, clock }: Needs, guesser: string): Refusal | undefined {
  const until = barred.get(store)?.get(guesser) ?? 0;
  const now = clock.now();
  return now < until ? refusal('RATE_LIMITED', { retryAfterMs: until - now }) : undefined;
}

/** Names and addresses are counted together, so that guesses from elsewhere keep nobody's backend out. */
async function countWrong(ports: Needs, guesser: string): Promise<Refusal> {
  const now = ports.clock.now();
  const name = Buffer.from(ports.secrets.mac('protectimus-guesser', guesser)).toString('base64url');
  const rate = await ports.store.increment(`protectimus-keys/${name}`, MINUTE_MS, WRONG_PER_MINUTE, now);
  if (rate.allowed) return refusal('API_KEY_INVALID');
  let known = barred.get(ports.store);
  if (!known || known.size >= MOST_BARRED) {
    known = new Map();
    barred.set(ports.store, known);
  }
  known.set(guesser, rate.resetAt);
  return refusal('RATE_LIMITED', { retryAfterMs: Math.max(1, rate.resetAt - now) });
}
