import { defineDocument } from '../store/define-document.ts';
import type { PasswordAttempts } from './password-backoff.ts';

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
