import { isRefusal } from '../../../kernel/result.ts';
import type { FlowAt } from '../../flow.ts';
import type { Rule } from '../../rule.ts';
import { consultHook, siteReason } from './consult-hook.ts';

export const hook: Rule = {
  name: 'hook',
  does: "The site's own server may refuse the result, or add claims to it.",
  beforeResult(ports, context) {
    return context.resource.hook && context.flow.purpose !== 'self' ? consult(ports, context) : undefined;
  },
};

async function consult(...[ports, context]: Parameters<NonNullable<Rule['beforeResult']>>) {
  const { flow, passed, resource, client } = context;
  const consulted = await consultHook(ports, flow, passed, resource, client);
  if (!isRefusal(consulted)) return consulted;
  return { end: consulted, after: (denied: FlowAt<'denied'>) => ({ ...denied, ...siteReason(consulted) }) };
}
