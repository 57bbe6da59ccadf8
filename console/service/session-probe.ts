import type { SessionProbe, SessionView } from '@countersign/protocol/session';
import type { Answer, Client } from './client.ts';

export type ProbeResult =
  | { kind: 'in'; session: SessionView }
  /** `hasEnded`: there was a session, which is over. */
  | { kind: 'out'; hasEnded: boolean }
  | Exclude<Answer, { kind: 'done' }>;

/**
 * Reads the session of this browser. The service reports a missing session as a success, because browsers log every
 * error response.
 */
export async function probeSession(client: Client): Promise<ProbeResult> {
  const answer = await client.get<SessionProbe>('session/whose');
  if (answer.kind !== 'done') return answer;
  const { session, hasEnded } = answer.body;
  return session ? { kind: 'in', session } : { kind: 'out', hasEnded };
}
