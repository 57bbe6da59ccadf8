import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { type Administrator, type EmailClaim, NO_RECOVERY_CODES } from './administrator.ts';
import { hasPasskey } from './factor-policy.ts';

type OfAdministrator = [account: AccountId, id: AdministratorId];

function withoutPassword({ passwordHash: _, ...rest }: Administrator): Administrator {
  return rest;
}

export const administratorDocument = defineDocument<Administrator, OfAdministrator>({
  kind: 'administrator',
  description:
    'An administrator: email address, role, password hash, access to resources, hashed recovery codes, public keys of passkeys.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: {
    change: 'without recovery codes; without the password too if there is neither a token nor a passkey',
    // The use of recovery codes since the backup is unknown; new ones are made with both factors. A factor that was
    // enrolled after the backup is unknown too, so a password alone must not enrol another (SR-69).
    rule: (administrator) => ({
      ...(administrator.token === undefined && !hasPasskey(administrator)
        ? withoutPassword(administrator)
        : administrator),
      recovery: NO_RECOVERY_CODES,
    }),
  },
  onLostKey: (administrator) => ({ ...administrator, recovery: NO_RECOVERY_CODES }),
  expires: 'never',
});

/** `normalised` comes from `kernel/names.ts`. */
export const administratorEmailDocument = defineDocument<EmailClaim, [account: AccountId, normalised: string]>({
  kind: 'administrator-email',
  description: 'Which administrator an email address belongs to.',
  anchor: 'account',
  key: (account, normalised) => [account, normalised],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const administratorIndexes = defineIndexes(
  { kind: 'administrators', anchorOf: (_, account) => account, onRestore: 'keep' },
  { created: (account: AccountId) => `${account}/created` },
);
