import type { Ports } from '../../kernel/ports/ports.ts';
import { BackupInvalid, type BackupMac, LineSums, type UnprovenHeader } from './backup-records.ts';

const NONCE_BYTES = 16;

/** How a restore decides whether a backup was written by this installation. */
export interface BackupTrust {
  readonly secrets: Pick<Ports['secrets'], 'backupKey'>;
}

/** The MAC of a new backup, under a key of its own (SR-86). */
export function createBackupMac({ random, secrets }: Pick<Ports, 'random' | 'secrets'>): {
  mac: BackupMac;
  key: Uint8Array;
} {
  const mac = { keyId: secrets.keyId, nonce: Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url') };
  const key = secrets.backupKey(mac);
  if (!key) throw new Error('the master key has no key of backups');
  return { mac, key };
}

/**
 * What checks the lines of a backup: encrypted to a recipient, or in a folder that others write to, it could be anyone's
 * (SR-86).
 *
 * @throws BackupInvalid if it has no MAC, or its master key is not here
 */
export function lineSumsOf({ mac }: UnprovenHeader, { secrets }: BackupTrust): LineSums {
  if (!mac) {
    throw new BackupInvalid(
      'the backup has no MAC under a master key, so anyone who can write to where it was stored could have forged it, adding their own administrator, API key or password: restore one that has a MAC',
    );
  }
  const key = secrets.backupKey(mac);
  if (!key) {
    throw new BackupInvalid(
      `the backup was made under another master key (${mac.keyId}), so neither its MAC can be verified nor its secrets opened: give the key of the time of the backup`,
    );
  }
  return new LineSums(key);
}
