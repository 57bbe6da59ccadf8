import { METHOD_POLICIES } from '@countersign/protocol/resources';
import { ENROLMENT_KINDS, type EnrolmentKind, TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourceId, sampleToken, sampleUser, tokenId, userId } from '../testing/samples.ts';
import type { EnrolmentBasis } from '../tokens/kinds/kind-enrolment.ts';
import { hadToken, hasToken, isLeftover, recordEnrolled } from '../tokens/token-history.ts';
import { decideEnrolment, type EnrolmentFacts } from './decide-enrolment.ts';

const policy = fc.record(
  {
    kinds: fc.shuffledSubarray<EnrolmentKind>([...ENROLMENT_KINDS], { minLength: 1 }),
    required: fc.boolean(),
    postponableUntil: fc.integer({ min: 0, max: 100 }),
    unlockByMail: fc.boolean(),
  },
  { requiredKeys: ['kinds', 'required'] },
);
const facts: fc.Arbitrary<EnrolmentFacts> = fc.record({
  policy: fc.option(policy, { nil: undefined }),
  methodPolicy: fc.constantFrom(...METHOD_POLICIES),
  accepts: fc.subarray([...TOKEN_KINDS]),
  available: fc.subarray<EnrolmentKind>([...ENROLMENT_KINDS]),
  basis: fc.constantFrom<EnrolmentBasis>('password', 'site-password', 'second-factor', 'link', 'replacement'),
  hadToken: fc.boolean(),
  isPairedHere: fc.boolean(),
  isMailboxAlone: fc.boolean(),
  isReplacementPermitted: fc.boolean(),
  isAsked: fc.boolean(),
});
const instant = fc.integer({ min: 0, max: 100 });
const every = (check: (given: EnrolmentFacts, now: number) => void) =>
  fc.assert(fc.property(facts, instant, check), { numRuns: 2_000 });

// SR-69
test('the word of a site alone sets up only a first token, where one is required', () => {
  every((given, now) => {
    if (decideEnrolment({ ...given, basis: 'site-password' }, now).kind === 'none') return;
    expect(given).toMatchObject({ policy: { required: true }, hadToken: false, isMailboxAlone: false });
  });
});

// SR-69
test('a user who has or had a token sets up nothing with a password alone, whatever the page asks for', () => {
  every((given, now) => {
    const decision = decideEnrolment({ ...given, basis: 'password', hadToken: true }, now);
    if (decision.kind === 'demand') expect(decision.kinds).toEqual([]);
    else expect(decision).toEqual({ kind: 'none' });
  });
});

// The attack: the token required here is set up on a less strict resource, so that its owner has one.
test('a token that counts only elsewhere does not satisfy the requirement here', () => {
  every((given, now) => {
    const asked = { ...given, basis: 'password' as const, isPairedHere: false };
    fc.pre(asked.methodPolicy === 'auto' && decideEnrolment({ ...asked, hadToken: false }, now).kind === 'demand');
    expect(decideEnrolment({ ...asked, hadToken: true }, now)).toEqual({ kind: 'demand', kinds: [] });
  });
});

test('without a policy, or if none of its kinds is accepted, no token is set up', () => {
  every((given, now) => {
    expect(decideEnrolment({ ...given, policy: undefined }, now).kind).toBe('none');
    expect(decideEnrolment({ ...given, accepts: ['hotp', 'recovery'] }, now).kind).toBe('none');
  });
});

test('offers the kinds that the policy names and the resource accepts', () => {
  every((given, now) => {
    const decision = decideEnrolment(given, now);
    if (decision.kind === 'none') return;
    if (decision.kind === 'offer') expect(decision.kinds.length).toBeGreaterThan(0);
    for (const kind of decision.kinds) {
      expect(given.policy?.kinds).toContain(kind);
      expect(given.accepts).toContain(kind);
      expect(given.available).toContain(kind);
    }
    // The product fixes the order, not the policy.
    expect(decision.kinds).toEqual(ENROLMENT_KINDS.filter((kind) => decision.kinds.includes(kind)));
  });
});

// SR-3: a missing code sender or a user without an address must not drop the factor.
test('a requirement stays in force if none of its kinds can be set up', () => {
  every((given, now) => {
    const decision = decideEnrolment({ ...given, available: [...ENROLMENT_KINDS] }, now);
    const without = decideEnrolment({ ...given, available: [] }, now);
    if (decision.kind === 'demand') expect(without).toEqual({ kind: 'demand', kinds: [] });
    else expect(without).toEqual({ kind: 'none' });
  });
});

test('a required enrolment is never optional after its deadline, and time lifts no requirement', () => {
  every((given, now) => {
    const decision = decideEnrolment(given, now);
    if (given.policy?.required && given.basis === 'password' && decision.kind === 'offer') {
      expect(now).toBeLessThan(given.policy.postponableUntil ?? 0);
    }
    if (decision.kind === 'demand') expect(decideEnrolment(given, now + 1).kind).toBe('demand');
  });
});

test('cannot be skipped where a code is the only way to sign in', () => {
  every((given, now) => {
    const decision = decideEnrolment({ ...given, methodPolicy: 'password-otp', basis: 'password' }, now);
    expect(decision.kind).not.toBe('offer');
    expect(decideEnrolment({ ...given, basis: 'site-password' }, now).kind).not.toBe('offer');
  });
});

test('a page request changes nothing after a password alone', () => {
  every((given, now) => {
    const asking = decideEnrolment({ ...given, basis: 'password', isAsked: true }, now);
    expect(asking).toEqual(decideEnrolment({ ...given, basis: 'password', isAsked: false }, now));
  });
});

test('a token that its owner never finished is a leftover, and every other token is not', () => {
  const own = { kind: 'user', id: userId(1) } as const;
  const others = fc.constantFrom<Parameters<typeof sampleToken>[0]>(
    { createdBy: { kind: 'operator' } },
    { createdBy: { kind: 'user', id: userId(2) } },
    {},
    { lock: { reason: 'otp-failures', at: 0 } },
    { enabled: false },
    { expiresAt: 0 },
  );
  const begun = sampleToken({ createdBy: own });
  expect(hasToken(sampleUser(), [begun])).toBe(false);
  expect(isLeftover(recordEnrolled(sampleUser(), [tokenId(1)]), begun)).toBe(false);
  expect(hasToken(recordEnrolled(sampleUser(), [tokenId(1)]), [begun])).toBe(true);
  expect(hadToken(sampleUser(), [begun])).toBe(false);
  expect(hadToken(sampleUser({ hadToken: true }), [])).toBe(true);
  fc.assert(
    fc.property(others, (changes) => {
      expect(hasToken(sampleUser(), [begun, sampleToken({ id: tokenId(2), ...changes })])).toBe(true);
    }),
  );
});

// The attack: a user enrols until an older token is no longer remembered and doctor deletes it.
test('a token that a user is assigned with is never a leftover, however many they set up later', () => {
  const begun = sampleToken({ owner: userId(1), createdBy: { kind: 'user', id: userId(1) } });
  const assigned = sampleUser({
    assignments: [{ resource: resourceId(1), alone: false, tokens: [{ token: begun.id, epoch: 0 }] }],
  });
  const many = Array.from({ length: 150 }, (_, at) => tokenId(at + 2));
  expect(isLeftover(recordEnrolled(recordEnrolled(assigned, [begun.id]), many), begun)).toBe(false);
});
