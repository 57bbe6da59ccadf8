import { type BreachedPasswords, LookupsCrowded } from '../../kernel/ports/breached-passwords.ts';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { readUpTo } from '../../kernel/read-up-to.ts';
import { Permits } from '../permits/permits.ts';
import { hashForList } from './password-digest.ts';

interface RangeServiceOptions {
  /** `https`, or `http` on loopback. The first digits follow its path. */
  url: string;
  /** For the whole request and its wait, because a user waits for it. Default 2 s. */
  timeoutMs?: number;
}

/** The digits that the service gets: some 500 to 2000 listed passwords share them. */
const PREFIX_DIGITS = 5;
/** Ten times what the public service answers, with padding. */
const ANSWER_LIMIT = 1 << 20;
const [CONCURRENCY, MAX_QUEUE] = [16, 256];
const CROWDED = 'too many lookups wait';

/** No answer, or none that can be read. Contains nothing of the password, its hash or the URL (SR-35). */
export class RangeUnavailable extends Error {}

/**
 * Asks a service with the API of Pwned Passwords (k-anonymity): it gets five digits of the SHA-1 hash and answers with
 * the rest of all hashes that begin so. Padding keeps the length of the answer from telling which digits. Redirects are
 * not followed: they would carry the digits to a host that is not configured.
 */
export function askRangeService({ url, timeoutMs = 2000 }: RangeServiceOptions): BreachedPasswords {
  const base = url.replace(/\/$/, '');
  const permits = new Permits({ concurrency: CONCURRENCY, maxQueue: MAX_QUEUE, expectedMs: 100 });
  /** The last lookup that had its whole time failed. */
  let isOut = false;
  const look = async (range: string, signal: AbortSignal, hasWaited: boolean) => {
    try {
      const text = await ask(range, signal);
      isOut = false;
      return text;
    } catch (error) {
      // What its time was spent on is the queue, which says nothing of the service.
      if (hasWaited && signal.aborted && !isOut) throw new LookupsCrowded(CROWDED);
      isOut = true;
      throw error;
    }
  };
  return {
    async isListed(password) {
      const digits = hashForList('sha-1', password).toString('hex').toUpperCase();
      const signal = AbortSignal.timeout(timeoutMs);
      const range = `${base}/${digits.slice(0, PREFIX_DIGITS)}`;
      const hasWaited = permits.running >= CONCURRENCY;
      const text = await permits
        .run(() => look(range, signal, hasWaited))
        .catch((error: unknown) => {
          if (!(error instanceof Overloaded)) throw error;
          // During an outage the queue is full too, and its rule applies.
          throw isOut ? new RangeUnavailable(CROWDED) : new LookupsCrowded(CROWDED);
        });
      return isInRange(text, digits.slice(PREFIX_DIGITS));
    },
  };
}

async function ask(url: string, signal: AbortSignal): Promise<string> {
  try {
    const headers = { accept: 'text/plain', 'add-padding': 'true', 'user-agent': 'countersign' };
    const answer = await fetch(url, { headers, redirect: 'manual', signal });
    if (answer.status !== 200) throw new RangeUnavailable(`the service answered ${answer.status}`);
    const list = await readUpTo(answer.body, ANSWER_LIMIT);
    if (!list) throw new RangeUnavailable('the answer is too long');
    return new TextDecoder().decode(list);
  } catch (error) {
    if (error instanceof RangeUnavailable) throw error;
    throw new RangeUnavailable(signal.aborted ? 'no answer in time' : 'the service could not be reached');
  }
}

/** Lines of padding have the count 0. */
function isInRange(text: string, wanted: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  // The page of a proxy is no list on which the password is missing.
  if (!lines.every((line) => /^[0-9A-Fa-f]{35}:\d{1,12}$/.test(line)))
    throw new RangeUnavailable('the answer is no list');
  return lines.some((line) => line.slice(0, 35).toUpperCase() === wanted && Number(line.slice(36)) > 0);
}
