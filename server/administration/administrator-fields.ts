import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import { z } from '@hono/zod-openapi';
import type { Account } from '../accounts/account.ts';
import { type Administrator, roleOf } from '../administrators/administrator.ts';
import { administratorId, createdAt, email, label, messageLanguage, password, resourceId } from '../http/api/fields.ts';
import { GIVEN_ROLES, ROLES } from '../kernel/actor.ts';
import { parseOtp } from '../tokens/kinds/oath/format.ts';
import { assertion } from '../tokens/kinds/passkey/passkey-fields.ts';
import type { Proof } from './reauthenticate.ts';

/** Fields of requests and responses about administrators. */

const mailLanguage = messageLanguage.openapi({ description: 'The language of emails to the administrator.' });
export const language = mailLanguage.default('en');
export const nameOfAdministrator = label(100).openapi({
  description: 'The name of the administrator.',
  example: 'Ada Lovelace',
});

export const grants = z
  .array(
    z.strictObject({
      resource: resourceId,
      allowed: z.boolean().openapi({ description: 'Whether the administrator can also change it, not only see it.' }),
    }),
  )
  .max(500)
  .refine((list) => new Set(list.map(({ resource }) => resource)).size === list.length, 'each resource once')
  .openapi({ description: 'The resources that the administrator is assigned to.' });

export const givenRole = z.enum(GIVEN_ROLES).openapi({
  description:
    'What the administrator may do on resources with `allowed`: `administrator` everything there, `help-desk` unblock users, unlock and resynchronise tokens and make links, `read-only` nothing.',
});

/** As typed. Parsed later, so that a malformed code does not count as an attempt (SR-47). */
export const typedOtp = z
  .string()
  .max(32)
  .openapi({ description: 'The code of the token: 6 to 10 digits.', example: '492039' });
export const typedCode = z
  .string()
  .min(1)
  .max(64)
  .openapi({ description: 'The code, as typed.', example: 'k5n8w-2r7t4' });
export const linkSecret = z
  .string()
  .min(1)
  .max(128)
  .openapi({ description: 'The part of the link after `#`.', example: 'Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIo' });

/** Both factors, for reauthentication. */
export const proofFields = {
  password: password.openapi({ description: 'The current password.' }),
  otp: typedOtp.optional(),
  recoveryCode: typedCode
    .optional()
    .openapi({ description: 'A recovery code instead of `otp`, if the token is lost.' }),
  passkey: assertion.optional().openapi({ description: 'The answer of a passkey instead of `otp`.' }),
};

type TypedProof = {
  password: string;
  otp?: string | undefined;
  recoveryCode?: string | undefined;
  passkey?: PasskeyAssertion | undefined;
};

/** Undefined when the one-time password is malformed. */
export function proofOf({ password, otp, recoveryCode, passkey }: TypedProof): Proof | undefined {
  if (otp === undefined) return { password, ...omitUndefined({ recoveryCode, passkey }) };
  const parsed = parseOtp(otp);
  return parsed === undefined ? undefined : { password, otp: parsed };
}

export const administratorView = z
  .object({
    id: administratorId,
    email: email.openapi({ description: 'The email address of the administrator.', example: 'ada@shop.example' }),
    name: nameOfAdministrator,
    language: mailLanguage,
    role: z.enum(ROLES).openapi({ description: 'The role. An account has one superuser.' }),
    state: z.enum(['invited', 'active']).openapi({ description: 'Whether the invitation has been accepted.' }),
    hasToken: z.boolean().openapi({ description: 'Whether the administrator has set up a token.' }),
    grants,
    createdAt,
  })
  .openapi('Administrator', { description: 'An administrator.' });

/** Leaves out every secret: hashes, codes, the session epoch and the id of the token. */
export function presentAdministrator(
  account: Pick<Account, 'superuser'>,
  administrator: Administrator,
): z.input<typeof administratorView> {
  const { id, email, name, language, state, grants, token, createdAt } = administrator;
  const role = roleOf(account, administrator);
  return { id, email, name, language, role, state, hasToken: token !== undefined, grants, createdAt };
}
