import type { AccountId, AdministratorId, FlowId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { sealedSeed } from '../tokens/seed-context.ts';
import { type Administrator, type EmailClaim, NO_RECOVERY_CODES } from './administrator.ts';
import type { AdministratorLink, AdministratorReset, EmailChange, SetupLink } from './administrator-link.ts';
import type { AdministratorFlow, Enrolment } from './login/administrator-flow.ts';
import type { PendingPasskey } from './passkeys/passkey.ts';
import type { Session } from './session.ts';

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
    change: 'without recovery codes; without the password too if there is no token',
    // The use of recovery codes since the backup is unknown; new ones are made with both factors. A token that was
    // enrolled after the backup is unknown too, so a password alone must not enrol another (SR-69).
    rule: (administrator) => ({
      ...(administrator.token === undefined ? withoutPassword(administrator) : administrator),
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

export const administratorLinkDocument = defineDocument<AdministratorLink, OfAdministrator>({
  kind: 'administrator-link',
  description: 'An invitation or recovery link of an administrator, with a hash of its secret.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});

export const administratorResetDocument = defineDocument<AdministratorReset, OfAdministrator>({
  kind: 'administrator-reset',
  description: 'A password reset link of an administrator, with a hash of its secret.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});

export const emailChangeDocument = defineDocument<EmailChange, OfAdministrator>({
  kind: 'email-change',
  description: 'An email address of an administrator that is not confirmed yet.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the confirmation code',
});

export const administratorEnrolmentDocument = defineDocument<Enrolment, OfAdministrator>({
  kind: 'enrolment',
  description: "The token that is to replace an administrator's, until its first correct code.",
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: {
    fields: "the new token's seed",
    of: (enrolment, { anchor }) => [sealedSeed(anchor as AccountId, enrolment)],
  },
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'after 15 minutes',
});

export const administratorPasskeyDocument = defineDocument<PendingPasskey, OfAdministrator>({
  kind: 'administrator-passkey',
  description: 'The question to a passkey of an administrator who changes their sign-in.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'after 5 minutes',
});

export const administratorFlowDocument = defineDocument<AdministratorFlow, [id: FlowId]>({
  kind: 'administrator-flow',
  description: 'A sign-in to the console.',
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: {
    fields: "a new token's seed",
    of: ({ account, enrolment }) => (enrolment ? [sealedSeed(account, enrolment)] : []),
  },
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'with the sign-in',
});

export const sessionDocument = defineDocument<Session, [id: FlowId]>({
  kind: 'session',
  description: 'A session of the console, with a hash of its cookie.',
  anchor: 'session',
  key: (id) => [id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the session',
});

export const setupLinkDocument = defineDocument<SetupLink, []>({
  kind: 'setup-link',
  description: 'The link that makes the first account, with a hash of its secret.',
  anchor: 'server',
  key: () => ['setup'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});

export const administratorIndexes = defineIndexes(
  { kind: 'administrators', anchorOf: (_, account) => account, onRestore: 'keep' },
  { created: (account: AccountId) => `${account}/created` },
);
