import type { UserId } from '../../../kernel/ids.ts';
import { defineDocument } from '../../../store/define-document.ts';
import type { KnownSignIns } from './known-sign-ins.ts';

export const knownSignInsDocument = defineDocument<KnownSignIns, [user: UserId]>({
  kind: 'known-sign-ins',
  description: 'MACs of the networks and browsers of a user’s sign-ins, and hashes of the links to report one.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  // Links that were used since the backup would work again.
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: '180 days after the last sign-in, each network and browser after the last from it',
});
