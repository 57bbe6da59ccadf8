import type { UserId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import type { Environments } from './device-fingerprint/known-browsers.ts';

export const environmentsDocument = defineDocument<Environments, [user: UserId]>({
  kind: 'environments',
  description: 'Device fingerprints of the browsers that a user has signed in with.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'some time after the last sign-in',
});
