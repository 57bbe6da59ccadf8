import type { FlowBase } from './flow.ts';

/** Each is absent from a plain sign-in. */
const OTHERS = [
  'demand',
  'enrolling',
  'enrolmentLink',
  'kept',
  'loginRequest',
  'purpose',
  'self',
  'test',
  'transaction',
] as const satisfies readonly (keyof FlowBase)[];

/**
 * Whether the page wants a sign-in and nothing else, whose factors are all shown in it. A host that demands a level or
 * names the user, a transaction, an enrolment, the self-service page, and a sign-in that builds on another are not
 * plain: no factor is dropped there, and none is given.
 */
export function isPlainSignIn(flow: Pick<FlowBase, (typeof OTHERS)[number]>): boolean {
  return OTHERS.every((field) => flow[field] === undefined);
}
