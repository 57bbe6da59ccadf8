import { z } from '@hono/zod-openapi';
import type { Account } from '../accounts/account.ts';
import { email, instant, label, password, resourceId } from '../http/api/fields.ts';
import { type AccountId, type AdministratorId, parseId } from '../kernel/ids.ts';
import { MAIL_LANGUAGES } from '../kernel/mail.ts';
import { parseOtp } from '../tokens/kinds/oath/format.ts';
import { type Administrator, roleOf } from './administrator.ts';
import type { Proof } from './reauthenticate.ts';

/** The pieces of requests by and about administrators. */

const EXAMPLE = 'adm_01k8dq9z2mp';
export const administratorId = z
  .custom<AdministratorId>((text) => parseId('adm', text) !== undefined, `an id such as ${EXAMPLE}`)
  .openapi({ type: 'string', pattern: '^adm_[0-9a-hjkmnp-tv-z]{11}$', example: EXAMPLE });
export const accountId = z
  .custom<AccountId>((text) => parseId('acc', text) !== undefined, 'an id such as acc_01k8dq9z2mp')
  .openapi({ type: 'string', pattern: '^acc_[0-9a-hjkmnp-tv-z]{11}$', example: 'acc_01k8dq9z2mp' });

export const language = z.enum(MAIL_LANGUAGES).default('en').openapi({ description: 'Of the mails to this person.' });
export const personName = label(100);

export const grants = z
  .array(
    z.strictObject({
      resource: resourceId,
      allowed: z.boolean().openapi({ description: 'Assigned *and* allowed: two conditions for one right.' }),
    }),
  )
  .max(500)
  .refine((list) => new Set(list.map(({ resource }) => resource)).size === list.length, 'each resource once')
  .openapi({ description: 'The resources that they may act on.' });

/** As typed; judged by the rule itself, so that a malformed one counts as no attempt (SR-47). */
export const typedOtp = z.string().max(32).openapi({ description: 'Exactly 6 to 10 digits.', example: '492039' });
export const typedCode = z.string().min(1).max(64);
export const linkSecret = z.string().min(1).max(128).openapi({ description: 'What stands behind `#` in the link.' });

/** Both factors, shown again. */
export const proofFields = {
  password: password.openapi({ description: 'The present one.' }),
  otp: typedOtp.optional(),
  recoveryCode: typedCode.optional().openapi({ description: 'In place of `otp`, where the token is lost.' }),
};

type TypedProof = { password: string; otp?: string | undefined; recoveryCode?: string | undefined };

/** Undefined when the one-time password is malformed. */
export function proofOf({ password, otp, recoveryCode }: TypedProof): Proof | undefined {
  if (otp === undefined) return { password, ...(recoveryCode !== undefined && { recoveryCode }) };
  const parsed = parseOtp(otp);
  return parsed === undefined ? undefined : { password, otp: parsed };
}

export const administratorShown = z
  .object({
    id: administratorId,
    email,
    name: z.string(),
    language: z.enum(MAIL_LANGUAGES),
    role: z.enum(['superuser', 'administrator']),
    state: z.enum(['invited', 'active']),
    hasToken: z.boolean(),
    grants: z.array(z.object({ resource: resourceId, allowed: z.boolean() })),
    createdAt: instant,
  })
  .openapi('Administrator');

/** Without anything that opens anything: no hashes, no codes, no epoch, and not which token is theirs. */
export function presentAdministrator(
  account: Pick<Account, 'superuser'>,
  administrator: Administrator,
): z.input<typeof administratorShown> {
  const { id, email, name, language, state, grants, token, createdAt } = administrator;
  const role = roleOf(account, id);
  return { id, email, name, language, role, state, hasToken: token !== undefined, grants, createdAt };
}
