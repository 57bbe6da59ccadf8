import type { Context } from 'hono';
import type { SelfAct } from '../../usecases/administrators/self.ts';
import type { AppEnv } from '../context.ts';
import { Refused } from '../problem.ts';

/** The administrator whose session it is, behind `authorizeSession()`. */
export function selfOf(c: Context<AppEnv>): SelfAct {
  const { actor, ...whence } = c.get('act');
  const opened = c.get('session');
  if (!opened || actor.kind !== 'administrator') throw new Refused('SESSION_NEEDED');
  const { id, epoch } = opened.session;
  return { actor, ...whence, session: { id, epoch } };
}
