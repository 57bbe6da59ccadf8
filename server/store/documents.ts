import { defineDocument } from './define-document.ts';
import type { Restoration } from './restoration.ts';
import type { StorePurpose } from './store-purpose.ts';

/** Written before any account and never changed. A restore sets it. */
export const storePurposeDocument = defineDocument<{ purpose: StorePurpose }, []>({
  kind: 'store-purpose',
  description: 'Whether the store belongs to a service or to a demo.',
  anchor: 'server',
  key: () => ['store-purpose'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});

export const restorationDocument = defineDocument<Restoration, []>({
  kind: 'restoration',
  description: 'That a backup is being restored to this store, or was, or that another store is being moved to it.',
  anchor: 'server',
  key: () => ['restoration'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});
