import type { SiteReason } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { HookFailureRule } from '@countersign/protocol/resources';
import { filterInput, readAccessAgain } from '../../../authentication/read-access.ts';
import type { UserId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal, withAudit } from '../../../kernel/result.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import type { Resource } from '../../../resources/resource.ts';
import type { RequestPorts } from '../../../store/request-ports.ts';
import { completeFlow, type VerifiedFactors } from '../../complete-flow.ts';
import type { Flow } from '../../flow.ts';
import { validateResult } from '../../results/validate-result.ts';
import { askHook, type HookNeeds, type HookOutcome, loadHook } from './ask-hook.ts';
import { shownReason } from './decision.ts';

/**
 * Asks the resource's hook, if it has one, whether the result may be issued. Only what would become a result gets this
 * far, so the answer and its time tell an attacker nothing that they had not shown the factors for.
 */
export async function consultHook(
  ports: RequestPorts<HookNeeds & Pick<Ports, 'geo'>>,
  flow: Flow,
  passed: VerifiedFactors & { user: { id: UserId } },
  resource: Resource,
  client: ClientInfo,
): Promise<Result<{ passed: VerifiedFactors; resource: Resource }>> {
  const { user } = passed;
  if (!resource.hook) return { passed, resource };
  const { result: draft } = completeFlow(flow, passed, {
    now: ports.clock.now(),
    resultLifetimeMs: resource.resultLifetimeMs,
    userPasswordDigest: passwordDigest(user),
  });
  // It ends below the level that the site requires, whatever the hook says.
  if (flow.demand && draft.acr < flow.demand.acr) return { passed, resource };

  const hook = await loadHook(ports, resource.id);
  const { address, country } = filterInput(ports, client.address);
  const { amr, acr, otp, transaction } = draft;
  const facts = { user: user.id, result: flow.id, amr, acr, otp, ...omitUndefined({ transaction, address, country }) };
  // No change marks a resource without storing its hook, so the store is damaged.
  const { outcome } = hook
    ? await askHook(ports, hook, { resource: resource.id, ...facts })
    : { outcome: { kind: 'failed', failure: 'hook-missing' } as const };
  const decided = applyOutcome(outcome, hook?.onFailure ?? 'deny');
  if (isRefusal(decided)) return withAudit(decided, { about: user.id });

  // Up to two seconds have passed: what may have changed meanwhile is read again (SR-4, SR-38).
  const access = await readAccessAgain(ports, resource, client.address);
  if (isRefusal(access)) return access;
  if (await validateResult(ports, draft)) return refusal('ACCESS_DENIED', {}, { about: user.id });
  return { passed: { ...passed, hook: decided }, resource: access.resource };
}

/** What the user is told of the site's own reason. Why a hook failed is for the event alone. */
export function siteReason({ refused, audit }: Refusal): { unlock?: SiteReason } {
  return refused === 'HOOK_DENIED' ? { unlock: { reason: shownReason(audit?.hook ?? '') } } : {};
}

/** What a result records of its hook, or the refusal that ends the sign-in. */
function applyOutcome(outcome: HookOutcome, onFailure: HookFailureRule): Result<NonNullable<VerifiedFactors['hook']>> {
  switch (outcome.kind) {
    case 'allowed':
      return omitUndefined({ claims: outcome.claims });
    case 'denied':
      return refusal('HOOK_DENIED', {}, omitUndefined({ hook: outcome.reason }));
    case 'failed':
      // Without a secret there is no call: a rule for calls that fail must not switch the hook off for good.
      return onFailure === 'allow' && outcome.failure !== 'secret-missing'
        ? { failure: outcome.failure }
        : refusal('UNAVAILABLE', {}, { reason: 'HOOK_FAILED', hook: outcome.failure });
  }
}
