import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AdministratorId, idFromBytes } from '../kernel/ids.ts';
import { mayActOn, mayAdminister } from '../kernel/policy.ts';
import { accountId, resourceId } from '../testing/samples.ts';
import { actorOf, checkRecoveryCode, RECOVERY_FAILURES, type RecoveryCodes } from './administrator.ts';

const adm = (n: number): AdministratorId => idFromBytes('adm', Uint8Array.from([0, 0, 0, 0, 0, 0, n]));
const grant = fc.record({ resource: fc.integer({ min: 0, max: 5 }).map(resourceId), allowed: fc.boolean() });

test('SR-27: administrators act only where they are assigned and allowed; the superuser acts everywhere', () => {
  fc.assert(
    fc.property(fc.array(grant), fc.integer({ min: 0, max: 7 }), fc.boolean(), (grants, number, superuser) => {
      const person = { id: adm(1), account: accountId(1), grants, role: 'administrator' } as const;
      const actor = actorOf({ superuser: superuser ? adm(1) : adm(2) }, person);
      const resource = resourceId(number);
      const both = grants.some((one) => one.resource === resource && one.allowed);
      expect(mayActOn(actor, resource)).toBe(superuser || both);
      expect(mayAdminister(actor)).toBe(superuser);
    }),
  );
});

test('without a superuser in the account, no administrator has that role', () => {
  expect(actorOf({}, { id: adm(1), account: accountId(1), grants: [], role: 'administrator' }).role).toBe(
    'administrator',
  );
});

test('SR-1, SR-15: accepts a recovery code at most once, and evaluates none after too many wrong codes', () => {
  const code = fc.constantFrom('a', 'b', 'c', 'd', 'x', 'y');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')),
      fc.array(code, { maxLength: 60 }),
      (macs, tried) => {
        let codes: RecoveryCodes = { macs, failures: 0 };
        const right: string[] = [];
        let wrongInARow = 0;
        for (const mac of tried) {
          const judged = checkRecoveryCode(codes, mac);
          expect(judged.verdict === 'locked').toBe(wrongInARow === RECOVERY_FAILURES);
          if (judged.verdict === 'locked') continue;
          expect(judged.verdict === 'replayed').toBe(right.at(-1) === mac);
          // A double click, not a guess.
          if (judged.verdict === 'replayed') continue;
          if (judged.verdict === 'accepted') right.push(mac);
          wrongInARow = judged.verdict === 'accepted' ? 0 : wrongInARow + 1;
          codes = judged.codes;
        }
        expect(new Set(right).size).toBe(right.length);
        expect(right.every((mac) => macs.some((one) => one === mac))).toBe(true);
        expect(wrongInARow).toBeLessThanOrEqual(RECOVERY_FAILURES);
      },
    ),
  );
});
