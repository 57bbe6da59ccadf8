import type { UserId } from '../../../kernel/ids.ts';
import { defineDocument } from '../../../store/define-document.ts';
import type { TrustedBrowsers } from './trusted-browser.ts';

export const trustedBrowsersDocument = defineDocument<TrustedBrowsers, [user: UserId]>({
  kind: 'trusted-browsers',
  description: 'The browsers in which a user is not asked for a code: the hash of their secret, address, user agent.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  // What ended the trust since the backup is unknown.
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'with the last of them, at most 30 days after the sign-in',
});
