import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { METHOD_POLICIES, TEST_MODES } from '@countersign/protocol/resources';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Resource } from '../../resources/resource.ts';
import { frozen, sampleResource } from '../../testing/samples.ts';
import { completeFlow, type VerifiedFactors } from '../complete-flow.ts';
import { createFlow } from '../flow-transitions.ts';
import { expireResult, TEST_USER, testOutcome } from './test-mode.ts';

const resource = (testMode?: Resource['testMode']) => sampleResource(omitUndefined({ testMode }));
const asked = { nonce: 'nonce-0123456789abcdef', origin: 'https://shop.example', handleHash: '' };
const id = idFromBytes('flw', new Uint8Array(7));
const modes = fc.constantFrom(...TEST_MODES);
const steps = fc.constantFrom('password', 'otp');
const policies = fc.constantFrom(...METHOD_POLICIES);
const person: VerifiedFactors = { user: TEST_USER, otp: 'verified' };

test('only `fail` refuses, and it always does', () => {
  fc.assert(
    fc.property(modes, steps, policies, (mode, step, policy) => {
      expect('refusal' in testOutcome(mode, step, policy)).toBe(mode === 'fail');
    }),
  );
});

test('a flow of a test resource ends in a result that is marked as a test and names no user; no other flow does', () => {
  fc.assert(
    fc.property(fc.option(modes, { nil: undefined }), fc.nat(), (mode, now) => {
      const end = completeFlow(frozen(createFlow(id, resource(mode), asked, now)), person, {
        now,
        resultLifetimeMs: 60_000,
      });
      expect(end.result.test).toBe(mode === undefined ? undefined : true);
      expect(end.flow.user).toBeUndefined();
    }),
  );
});

test('an expired end is older than any tolerance, and lived as long as others do', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 10_000, max: 300_000 }), (now, life) => {
      const done = completeFlow(createFlow(id, resource('expire'), asked, now), person, {
        now,
        resultLifetimeMs: life,
      });
      const { flow, result } = expireResult(frozen(done), now);
      expect(now - result.expiresAt).toBeGreaterThan(300_000);
      expect(result.expiresAt - result.issuedAt).toBe(life);
      expect(result.authenticatedAt).toBeLessThanOrEqual(result.issuedAt + 1000);
      expect(flow.expiresAt).toBeGreaterThan(now);
    }),
  );
});
