import type { SessionView, WhoseSession } from '@countersign/protocol/session';
import type { Answer, Client } from './client.ts';

export type SessionOwner =
  | { kind: 'in'; session: SessionView }
  /** `hasEnded`: there was one, and it is over. */
  | { kind: 'out'; hasEnded: boolean }
  | Exclude<Answer, { kind: 'done' }>;

/** Whose session this browser has. That there is none is an answer and no refusal: browsers complain aloud of those. */
export async function probeSession(client: Client): Promise<SessionOwner> {
  const answer = await client.get<WhoseSession>('session/whose');
  if (answer.kind !== 'done') return answer;
  const { session, hasEnded } = answer.body;
  return session ? { kind: 'in', session } : { kind: 'out', hasEnded };
}
