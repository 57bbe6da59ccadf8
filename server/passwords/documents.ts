import type { UserId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import type { PasswordAttempts } from '../users/user.ts';
import type { PasswordReset } from './reset/password-reset.ts';

/** `subject`: a user, or a name under a MAC; see `password-counters.ts`. */
export const passwordAttemptsDocument = defineDocument<PasswordAttempts, [subject: string]>({
  kind: 'password-attempts',
  description: 'Wrong passwords of a user or for a name, and the networks that they are known from.',
  anchor: 'user or name',
  key: (subject) => [`password-attempts/${subject}`],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'some time after the last attempt',
});

export const passwordResetDocument = defineDocument<PasswordReset, [user: UserId]>({
  kind: 'password-reset',
  description: 'A password reset link of a user, with a hash of its secret.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});
