import { MAC_KEY_CONTEXT, signingKeyContext } from '../../kernel/secret-context.ts';
import { defineDocument } from '../../store/define-document.ts';
import type { BackupPoint } from './backup-point.ts';
import type { Reencryption } from './reencryption.ts';
import type { SigningKeySet } from './signing-key.ts';

export const reencryptionDocument = defineDocument<Reencryption, []>({
  kind: 'resealing',
  description: 'How far the re-encryption of all secrets has come.',
  anchor: 'server',
  key: () => ['resealing'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});

/** A key that was retired since a backup, perhaps because it was stolen, must neither sign nor verify. */
export const signingKeysDocument = defineDocument<SigningKeySet, []>({
  kind: 'signing-keys',
  description: 'The keys that sign results and the audit log.',
  anchor: 'server',
  key: () => ['signing-keys'],
  secrets: {
    fields: 'private keys',
    of: ({ keys }) =>
      keys.map(({ kid, sealedPrivateJwk }) => ({ sealed: sealedPrivateJwk, context: signingKeyContext(kid) })),
  },
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'never',
});

export const macKeyDocument = defineDocument<{ sealed: string }, []>({
  kind: 'mac-key',
  description: 'The key of all MACs.',
  anchor: 'server',
  key: () => ['mac-key'],
  secrets: { fields: 'the key', of: ({ sealed }) => [{ sealed, context: MAC_KEY_CONTEXT }] },
  onRestore: 'keep',
  onLostKey: 'drop',
  expires: 'never',
});

/** The backup of a store does not make a backup of the store that it is restored to. */
export const lastBackupDocument = defineDocument<{ at: number; lines: number; fullAt: number }, []>({
  kind: 'last-backup',
  description: 'When the last backup was complete.',
  anchor: 'server',
  key: () => ['last-backup'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});

/** Backends that verify results themselves read the keys, and nothing else tells the service of them. */
export const keysReadDocument = defineDocument<{ at: number }, []>({
  kind: 'keys-read',
  description: 'When a backend last read the keys that verify results, to within five minutes.',
  anchor: 'server',
  key: () => ['keys-read'],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});

/** In a restored store versions begin again, so nothing follows an earlier backup there. */
export const backupPointDocument = defineDocument<BackupPoint, [id: string]>({
  kind: 'backup-point',
  description: 'How far the store was when a backup began, for an increment of it.',
  anchor: 'backup',
  key: (id) => [`backup/${id}`],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'after 35 days',
});
