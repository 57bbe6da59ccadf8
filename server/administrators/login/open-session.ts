import type { Account } from '../../accounts/account.ts';
import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { hashSecret, newSecret } from '../../kernel/secret-token.ts';
import type { Administrator } from '../administrator.ts';
import { sessionDocument } from '../documents.ts';
import { type Session, sessionEndsAt } from '../session.ts';

/** A session as its own request sees it. The secret is for the cookie, and kept as a hash alone. */
export interface OpenedSession {
  session: Session;
  secret: string;
  administrator: Administrator;
  account: Account;
}

/** A secret of its own, made now: whatever the sign-in was begun with opens nothing (no fixation). */
export function newSession(ports: Pick<Ports, 'random' | 'clock'>, id: FlowId, administrator: Administrator) {
  const secret = newSecret(ports);
  const now = ports.clock.now();
  const session: Session = {
    id,
    account: administrator.account,
    administrator: administrator.id,
    secretHash: hashSecret(secret),
    epoch: administrator.sessionEpoch,
    createdAt: now,
    lastSeenAt: now,
  };
  return { session, secret };
}

export function putSession(session: Session) {
  return { key: sessionDocument.key(session.id), value: session, expiresAt: sessionEndsAt(session) };
}
