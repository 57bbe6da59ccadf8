import type { AccountId, AdministratorId, FlowId } from '../kernel/ids.ts';
import type { KnownPlaces } from '../sign-in/rules/notices/known-sign-ins.ts';
import { defineDocument } from '../store/define-document.ts';
import type { AppSeed } from '../tokens/kinds/oath/enrol-app.ts';
import { sealedSeed } from '../tokens/seed-context.ts';
import type { AdministratorLink, AdministratorReset, EmailChange, SetupLink } from './administrator-link.ts';
import type { AdministratorFlow } from './login/administrator-flow.ts';
import type { PendingPasskey } from './passkeys/passkey.ts';
import type { Session } from './session.ts';

type OfAdministrator = [account: AccountId, id: AdministratorId];

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

export const administratorEnrolmentDocument = defineDocument<AppSeed, OfAdministrator>({
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

export const administratorSignInsDocument = defineDocument<KnownPlaces, OfAdministrator>({
  kind: 'administrator-sign-ins',
  description: 'MACs of the networks and browsers of an administrator’s sign-ins.',
  anchor: 'account',
  key: (account, id) => [account, id],
  secrets: 'none',
  onRestore: 'keep',
  onLostKey: 'drop',
  expires: 'with the administrator, each network and browser 180 days after the last sign-in from it',
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
