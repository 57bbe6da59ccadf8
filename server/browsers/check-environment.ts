import type { ResourceId } from '../kernel/ids.ts';
import { mayAuthenticateOn } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { DEFAULT_THRESHOLD, DEFAULT_WEIGHTS } from '../resources/environment-check.ts';
import { readObject } from '../store/records/read-object.ts';
import { findUser } from '../users/find-user.ts';
import { assessEnvironment } from './assess-environment.ts';
import { blindTraits } from './blind-signals.ts';
import type { ReportedTraits } from './device-fingerprint/browser-signals.ts';

/**
 * How far a browser matches a user's earlier ones, for a host's backend with a sign-in of its own. Uses the weights of
 * the resource, or the defaults if its widget does not compare browsers. Stores nothing.
 */
export async function checkEnvironment(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  act: RequestContext,
  input: { user: string; resource: ResourceId; environment: ReportedTraits },
): Promise<Result<{ percent: number | null; fits: boolean }>> {
  const { actor } = act;
  if (!mayAuthenticateOn(actor, input.resource)) return refusal('SCOPE_MISSING');
  const found = await readObject(ports, actor.account, resourceDocument.key(input.resource), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const user = await findUser(ports, actor.account, input.user);
  if (!user) return refusal('USER_NOT_FOUND');
  const { id, environment = { action: 'refuse', threshold: DEFAULT_THRESHOLD, weights: DEFAULT_WEIGHTS } } =
    found.object;
  const judged = await assessEnvironment(ports, { id, environment }, user.id, blindTraits(ports, input.environment));
  return { percent: judged?.percent ?? null, fits: judged?.differs === undefined };
}
