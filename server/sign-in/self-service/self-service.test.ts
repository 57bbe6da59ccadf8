import { METHOD_POLICIES, OWN_DETAILS } from '@countersign/protocol/resources';
import { TOKEN_STATES } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UserId } from '../../kernel/ids.ts';
import type { Token } from '../../tokens/token.ts';
import {
  deletionBlocker,
  isFresh,
  isStrong,
  judgeSelfServiceAction,
  type NamingAssignment,
  PROOF_FRESH_MS,
  SELF_SERVICE_ACTIONS,
  type SelfFacts,
  type SelfServiceActionName,
} from './self-service.ts';
import type { SelfProof } from './self-session.ts';

const NOW = 1_800_000_000_000;
const ANN = 'usr_01k8dq9z2mp' as UserId;

const proofs: fc.Arbitrary<SelfProof> = fc.record({
  at: fc.integer({ min: NOW - 2 * PROOF_FRESH_MS, max: NOW + 1000 }),
  password: fc.boolean(),
  second: fc.boolean(),
  isTwo: fc.boolean(),
});
const policies = fc.record({
  tokens: fc.boolean(),
  password: fc.boolean(),
  details: fc.subarray([...OWN_DETAILS]),
  browsers: fc.boolean(),
});
const facts: fc.Arbitrary<SelfFacts> = fc.record({
  policy: fc.option(policies, { nil: undefined }),
  proof: proofs,
  hasPassword: fc.boolean(),
  hasToken: fc.boolean(),
});
const acts: fc.Arbitrary<SelfServiceActionName> = fc.constantFrom(...SELF_SERVICE_ACTIONS);

// SR-38
describe('permissions on the page', () => {
  test('a user with a token who has shown a password alone changes nothing, whatever the resource allows', () => {
    fc.assert(
      fc.property(acts, facts, (act, given) => {
        const proof = { ...given.proof, password: true, second: false, isTwo: false };
        expect(judgeSelfServiceAction(act, { ...given, proof, hasToken: true }, NOW)).not.toBe('allowed');
      }),
    );
  });

  test('a user with a password who has shown a code alone changes nothing', () => {
    fc.assert(
      fc.property(acts, facts, (act, given) => {
        const proof = { ...given.proof, password: false, second: true, isTwo: false };
        expect(judgeSelfServiceAction(act, { ...given, proof, hasPassword: true }, NOW)).not.toBe('allowed');
      }),
    );
  });

  test('allow only what the policy names, and nothing without one', () => {
    fc.assert(
      fc.property(acts, facts, (act, given) => {
        const none = { tokens: false, password: false, details: [], browsers: false };
        // Trust in a browser ends on any page: it can only ask for more.
        expect(judgeSelfServiceAction(act, { ...given, policy: none }, NOW) === 'off').toBe(act !== 'end-trust');
        expect(judgeSelfServiceAction(act, { ...given, policy: undefined }, NOW)).toBe('off');
      }),
    );
  });

  test('a change to the sign-in succeeds exactly with a complete and fresh proof', () => {
    fc.assert(
      fc.property(acts, facts, (act, given) => {
        const judged = judgeSelfServiceAction(act, given, NOW);
        if (judged === 'off') return;
        const isHarmless = act === 'names' || act === 'rename-token' || act === 'end-trust';
        const isWhole = isStrong(given);
        expect(judged === 'allowed').toBe(isWhole && (isHarmless || isFresh(given.proof, NOW)));
        expect(judged === 'lacking').toBe(!isWhole);
      }),
    );
  });

  test('time alone never allows an action', () => {
    fc.assert(
      fc.property(acts, facts, fc.nat(), (act, given, later) => {
        if (judgeSelfServiceAction(act, given, NOW) === 'allowed' || given.proof.at > NOW) return;
        expect(judgeSelfServiceAction(act, given, NOW + later)).not.toBe('allowed');
      }),
    );
  });

  test('a proof is fresh for five minutes, and one from the future is not', () => {
    const proof = { at: NOW, password: true, second: true, isTwo: true };
    expect(isFresh(proof, NOW + 299_999)).toBe(true);
    expect(isFresh(proof, NOW + 300_000)).toBe(false);
    expect(isFresh(proof, NOW - 1)).toBe(false);
  });
});

describe('the tokens that a user may remove', () => {
  const own = {
    factor: { kind: 'totp', periodMs: 30_000, driftSteps: 0 },
    createdBy: { kind: 'user', id: ANN },
    directResources: [],
  } satisfies Partial<Token>;
  const named: fc.Arbitrary<NamingAssignment> = fc.record({
    resource: fc.record({
      methodPolicy: fc.constantFrom(...METHOD_POLICIES),
      enrolment: fc.constantFrom(
        { kinds: ['totp' as const], required: true },
        { kinds: ['totp' as const], required: false },
      ),
    }),
    alone: fc.boolean(),
    others: fc.nat({ max: 2 }),
  });
  const states = fc.constantFrom(...TOKEN_STATES);

  test('never include the last one where a code or an enrolment is demanded, or where access depends on it', () => {
    fc.assert(
      fc.property(fc.array(named, { maxLength: 4 }), named, states, fc.boolean(), (rest, one, state, byMethod) => {
        const last: NamingAssignment = byMethod
          ? { ...one, others: 0, resource: { methodPolicy: 'password-otp' } }
          : { ...one, others: 0, alone: false };
        expect(deletionBlocker(own, state, ANN, [...rest, last])).toBe('last');
      }),
    );
    const demanded: NamingAssignment = {
      resource: { methodPolicy: 'auto', enrolment: { kinds: ['totp'], required: true } },
      alone: true,
      others: 0,
    };
    expect(deletionBlocker(own, 'active', ANN, [demanded])).toBe('last');
    expect(deletionBlocker(own, 'active', ANN, [{ ...demanded, resource: { methodPolicy: 'auto' } }])).toBeUndefined();
  });

  test('include one with another beside it in every assignment, in every state but locked', () => {
    fc.assert(
      fc.property(fc.array(named, { maxLength: 4 }), states, (all, state) => {
        const spare = all.map((one) => ({ ...one, others: one.others + 1 }));
        expect(deletionBlocker(own, state, ANN, spare)).toBeUndefined();
        const lock = { reason: 'administrator' as const, at: NOW };
        expect(deletionBlocker({ ...own, lock }, state, ANN, spare)).toBe('locked');
      }),
    );
  });

  test('open no sign-in by the removal of a token that cannot sign in', () => {
    fc.assert(
      fc.property(named, states, (one, state) => {
        if (state === 'active') return;
        expect(deletionBlocker(own, state, ANN, [{ ...one, others: 0 }])).toBe('last');
      }),
    );
  });

  test('include none that an administrator made, or that opens a resource by itself', () => {
    fc.assert(
      fc.property(fc.array(named), states, (all, state) => {
        const of = (change: object) => deletionBlocker({ ...own, ...change }, state, ANN, all);
        expect(of({ createdBy: { kind: 'administrator', id: 'adm_01k8dq9z2mp' } })).toBe('handed-out');
        expect(of({ createdBy: { kind: 'user', id: 'usr_zzzzzzzzzzz' } })).toBe('handed-out');
        expect(of({ directResources: ['res_01k8dq9z2mp'] })).toBe('handed-out');
        expect(of({ factor: { kind: 'recovery', macs: [] } })).toBe('handed-out');
      }),
    );
  });
});
