import type { ResourceId } from '../../../kernel/ids.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import { askHook, type HookNeeds, type HookOutcome } from './ask-hook.ts';
import { readHook } from './change-hook.ts';

const TESTS_PER_MINUTE = 10;

/**
 * Asks the hook once, about no sign-in. Returns the decision and nothing else of the answer, which would let an
 * administrator read what the URL points to (SR-31).
 */
export async function testHook(
  ports: HookNeeds,
  act: RequestContext,
  resource: ResourceId,
): Promise<Result<{ id: string; outcome: HookOutcome; tookMs: number }>> {
  const found = await readHook(ports, act, resource);
  if (isRefusal(found)) return found;
  const started = ports.clock.now();
  const turn = await ports.store.increment(`hook-test/${resource}`, MINUTE_MS, TESTS_PER_MINUTE, started);
  if (!turn.allowed) return refusal('RATE_LIMITED', { retryAfterMs: turn.resetAt - started });
  const { address } = act;
  const question = { resource, amr: [], acr: '1', otp: 'not_used', ...(address && { address }), test: true } as const;
  const { id, outcome } = await askHook(ports, found.hook, question);
  return { id, outcome, tookMs: ports.clock.now() - started };
}
