import type { UserId } from '../../kernel/ids.ts';
import { defineDocument } from '../../store/define-document.ts';
import type { EnrolmentLink } from './enrolment-link.ts';
import type { EnrolmentTries } from './enrolment-tries.ts';

export const enrolmentLinkDocument = defineDocument<EnrolmentLink, [user: UserId]>({
  kind: 'enrolment-link',
  description: 'A link that lets a user set up a token, with a hash of its secret.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});

export const enrolmentTriesDocument = defineDocument<EnrolmentTries, [user: UserId]>({
  kind: 'enrolment-tries',
  description: 'How often a user tried to set up a token.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});
