import { FIRST_FACTORS } from '@countersign/protocol/resources';
import { ENROLMENT_KINDS, TOKEN_KINDS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptedKinds } from './resource.ts';
import { resourceWarnings } from './resource-warnings.ts';

const resource = fc.record(
  {
    methodPolicy: fc.constantFrom('auto', 'password', 'otp', 'password-otp'),
    tokenKinds: fc.uniqueArray(fc.constantFrom(...TOKEN_KINDS), { minLength: 1 }),
    firstFactor: fc.constantFrom(...FIRST_FACTORS),
    passwordReset: fc.boolean(),
    enrolment: fc.record({
      kinds: fc.uniqueArray(fc.constantFrom(...ENROLMENT_KINDS), { minLength: 1 }),
      required: fc.boolean(),
    }),
  },
  { requiredKeys: ['methodPolicy'] },
);

test('a resource has exactly the warnings that its settings cause', () => {
  fc.assert(
    fc.property(resource, (resource) => {
      const taken = acceptedKinds(resource);
      const missing = (resource.enrolment?.kinds ?? []).filter((kind) => !taken.includes(kind));
      const warnings = resourceWarnings(resource);
      expect(warnings.includes('OTP_ONLY_CAN_BE_LOCKED_OUT')).toBe(resource.methodPolicy === 'otp');
      const isAlone = resource.methodPolicy === 'password';
      const isMailed = resource.firstFactor === 'mailed-code';
      expect(warnings.includes('PASSWORD_ONLY_IS_ONE_FACTOR')).toBe(isAlone && !isMailed);
      expect(warnings.includes('MAILED_CODE_ONLY_IS_ONE_FACTOR')).toBe(isAlone && isMailed);
      expect(warnings.includes('SMS_IS_RESTRICTED')).toBe(taken.includes('sms'));
      expect(warnings.includes('MAILBOX_RESETS_AND_CODES')).toBe(
        resource.passwordReset === true && taken.includes('email'),
      );
      expect(warnings.includes('ENROLMENT_KIND_NOT_TAKEN')).toBe(missing.length > 0);
      expect(new Set(warnings).size).toBe(warnings.length);
    }),
  );
});

test('text messages that users can enrol, at a resource that does not accept them', () => {
  const enrolment = { kinds: ['totp' as const, 'sms' as const], required: false };
  expect(resourceWarnings({ methodPolicy: 'auto', enrolment })).toEqual(['ENROLMENT_KIND_NOT_TAKEN']);
  const taking = { methodPolicy: 'auto' as const, tokenKinds: ['totp' as const, 'sms' as const], enrolment };
  expect(resourceWarnings(taking)).toEqual(['SMS_IS_RESTRICTED']);
});
