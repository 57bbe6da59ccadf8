import type { Account } from '../../accounts/account.ts';
import type { Administrator } from '../../administrators/administrator.ts';
import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { hashSecret, newSecret } from '../../kernel/secret-token.ts';
import { sessionDocument } from '../documents.ts';
import { type Session, type SessionFactor, sessionEndsAt } from '../session.ts';

/** A session for its own request. The secret goes into the cookie; only its hash is stored. */
export interface OpenedSession {
  session: Session;
  secret: string;
  administrator: Administrator;
  account: Account;
}

/** The secret is new, so the handle of the sign-in opens no session (no fixation). */
export function newSession(
  ports: Pick<Ports, 'random' | 'clock'>,
  id: FlowId,
  administrator: Administrator,
  factor: SessionFactor,
) {
  const secret = newSecret(ports);
  const now = ports.clock.now();
  const session: Session = {
    id,
    account: administrator.account,
    administrator: administrator.id,
    secretHash: hashSecret(secret),
    epoch: administrator.sessionEpoch,
    factor,
    createdAt: now,
    lastSeenAt: now,
  };
  return { session, secret };
}

export function putSession(session: Session) {
  return { key: sessionDocument.key(session.id), value: session, expiresAt: sessionEndsAt(session) };
}
