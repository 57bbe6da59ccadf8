import type { UserId } from '../../../kernel/ids.ts';
import { defineDocument } from '../../../store/define-document.ts';
import type { PasswordReset } from './password-reset.ts';

export const passwordResetDocument = defineDocument<PasswordReset, [user: UserId]>({
  kind: 'password-reset',
  description: 'A password reset link of a user, with a hash of its secret.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});
