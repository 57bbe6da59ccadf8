import { describe, expect, test } from 'vitest';
import { seededRandom, testSecrets } from '../../testing/test-ports.ts';
import { createBackupMac, lineSumsOf } from './backup-mac.ts';
import { BackupInvalid } from './backup-records.ts';

const secrets = testSecrets();
const random = seededRandom('backup-mac');

// SR-86
describe('the MAC of a backup', () => {
  test('has a nonce of 16 bytes, and with it a key that no other backup has', () => {
    const nonce = random.bytes(16);
    const fixed = { bytes: (count: number) => nonce.subarray(0, count) } as typeof random;
    const { mac, key } = createBackupMac({ random: fixed, secrets });
    expect(mac).toEqual({ keyId: secrets.keyId, nonce: Buffer.from(nonce).toString('base64url') });
    expect(key).toEqual(secrets.backupKey(mac));
    expect(createBackupMac({ random, secrets }).key).not.toEqual(key);
  });

  test('checks the lines that were summed under its key, and no others', () => {
    const { mac, key } = createBackupMac({ random, secrets });
    const other = createBackupMac({ random, secrets });
    const sum = (sums: ReturnType<typeof lineSumsOf>) => sums.next('{"a":1}');
    const own = lineSumsOf({ mac } as never, { secrets });
    expect(sum(own)).toBe(sum(lineSumsOf({ mac } as never, { secrets: { backupKey: () => key } })));
    expect(sum(lineSumsOf({ mac: other.mac } as never, { secrets }))).not.toBe(
      sum(lineSumsOf({ mac } as never, { secrets })),
    );
  });

  test('is not made without a key', () => {
    const keyless = { ...secrets, keyId: secrets.keyId, backupKey: () => undefined };
    expect(() => createBackupMac({ random, secrets: keyless })).toThrow('the master key has no key of backups');
  });
});

// SR-86. The attack: a backup without a MAC, or under a key of the attacker, takes the place of ours.
test.each([
  [{}, /^the backup has no MAC under a master key, so anyone .* could have forged it, .*: restore one that has a MAC$/],
  [
    { mac: { keyId: 'theirs', nonce: 'n' } },
    /^the backup was made under another master key \(theirs\), .*: give the key of the time of the backup$/,
  ],
])('a header %j is refused, with what to do', (header, message) => {
  const check = () => lineSumsOf(header as never, { secrets: { backupKey: () => undefined } });
  expect(check).toThrow(BackupInvalid);
  expect(check).toThrow(message);
});
