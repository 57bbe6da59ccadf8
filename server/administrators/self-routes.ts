import type { Context } from 'hono';
import type { AppEnv } from '../http/context.ts';
import { Refused } from '../http/problem.ts';
import type { SelfAct } from './reauthenticate.ts';

/** The administrator whose session it is, behind `authorizeSession()`. */
export function selfOf(c: Context<AppEnv>): SelfAct {
  const { actor, ...client } = c.get('act');
  const opened = c.get('session');
  if (!opened || actor.kind !== 'administrator') throw new Refused('SESSION_NEEDED');
  const { id, epoch } = opened.session;
  return { actor, ...client, session: { id, epoch } };
}
