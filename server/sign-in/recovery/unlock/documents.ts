import type { UserId } from '../../../kernel/ids.ts';
import { defineDocument } from '../../../store/define-document.ts';
import type { UnlockLink } from './unlock-link.ts';

export const unlockLinkDocument = defineDocument<UnlockLink, [user: UserId]>({
  kind: 'unlock-link',
  description: 'A link that unlocks the tokens of a user, with a hash of its secret.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the link',
});
