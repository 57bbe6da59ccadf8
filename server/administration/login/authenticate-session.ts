import { accountDocument } from '../../accounts/documents.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import { requiresPasskey } from '../../administrators/factor-policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Stored } from '../../kernel/ports/store.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { secretMatches } from '../../kernel/secret-token.ts';
import { parseHandle, writeHandle } from '../../sign-in/stored-flow.ts';
import { sessionDocument } from '../documents.ts';
import { isSessionActive, SESSION_USE_STEP_MS, type Session } from '../session.ts';
import { type OpenedSession, putSession } from './open-session.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'administratorFactors'>;

/** Formats the value of the cookie. */
export function writeSession({ session, secret }: Pick<OpenedSession, 'session' | 'secret'>): string {
  return writeHandle(session.id, secret);
}

/**
 * Finds the session of a cookie. Session and administrator are read with every request, so that an ended session or a
 * removed administrator loses access within one request (SR-39).
 */
export async function authenticateSession(ports: Needs, text: string): Promise<Result<OpenedSession>> {
  const parsed = parseHandle(text);
  if (!parsed) return refusal('SESSION_ENDED');
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([sessionDocument.key(parsed.id)], now);
  if (!stored || !secretMatches(parsed.secret, stored.value.secretHash)) return refusal('SESSION_ENDED');
  const { account: home, administrator: id } = stored.value;
  const [account, administrator] = await ports.store.getMany(
    [accountDocument.key(home), administratorDocument.key(home, id)],
    now,
  );
  if (!account || !administrator) return refusal('SESSION_ENDED');
  const isPasskeyRequired = requiresPasskey(ports.administratorFactors, account.value);
  if (!isSessionActive(stored.value, administrator.value, isPasskeyRequired, now)) return refusal('SESSION_ENDED');
  const session = await noteUse(ports, stored, now);
  return { session, secret: parsed.secret, account: account.value, administrator: administrator.value };
}

/** Extends the session on use, stored at most once a minute. Of two concurrent requests either may be stored. */
async function noteUse(
  ports: Pick<Ports, 'store'>,
  { value, version }: Stored<Session>,
  now: number,
): Promise<Session> {
  if (now - value.lastSeenAt < SESSION_USE_STEP_MS) return value;
  const seen = { ...value, lastSeenAt: now };
  const key = sessionDocument.key(value.id);
  await ports.store.commit({
    anchor: key.anchor,
    operation: `session-use/${value.id}/${version}`,
    now,
    expect: [{ key, version }],
    put: [putSession(seen)],
  });
  return seen;
}
