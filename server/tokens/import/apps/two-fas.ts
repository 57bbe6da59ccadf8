import { ImportError, type ImportedToken } from '../import-file.ts';
import { base64Decode, seedOf } from '../seed-format.ts';
import { validateToken } from '../validate-token.ts';
import { type AppExport, type Lock, listOf, type Members, membersOf, nameOf, numeralOf, textOf } from './app-export.ts';
import { openGcm } from './open-sealed.ts';

/** Fixed in the app. */
const ITERATIONS = 10_000;
const TAG_BYTES = 16;

/** A backup of 2FAS: plain, or AES-256-GCM under a key of PBKDF2, as `bytes:salt:iv` in base64. */
export function readTwoFas(backup: Members): AppExport {
  const sealed = textOf(backup.servicesEncrypted);
  return sealed === undefined ? { entries: entriesOf(backup.services) } : { locks: [lockOf(sealed)] };
}

function lockOf(sealed: string): Lock {
  const [bytes, salt, iv, ...more] = sealed.split(':', 4).map(base64Decode);
  if (!bytes || !salt || !iv || more.length > 0 || iv.length !== 12) throw new ImportError('APP_EXPORT_UNKNOWN');
  if (bytes.length < TAG_BYTES || salt.length > 1024) throw new ImportError('APP_EXPORT_UNKNOWN');
  return {
    derivation: { hash: 'sha256', salt, iterations: ITERATIONS, keyBytes: 32 },
    open: (key) => openGcm(key, iv, bytes.subarray(0, -TAG_BYTES), bytes.subarray(-TAG_BYTES)),
    entriesOf,
  };
}

function entriesOf(services: unknown) {
  return listOf(services).map((service) => () => readService(membersOf(service)));
}

function readService({ name, secret, otp }: Members): ImportedToken {
  const { account, label, issuer, digits, period, algorithm, counter, tokenType } = membersOf(otp);
  const seed = seedOf(textOf(secret) ?? '', 'base32');
  return validateToken(
    {
      // Early backups name no kind.
      kind: textOf(tokenType) ?? (period === undefined ? undefined : 'totp'),
      name: nameOf(textOf(account) ?? label, textOf(issuer) ?? name),
      algorithm: textOf(algorithm),
      digits: numeralOf(digits),
      periodSeconds: numeralOf(period),
      counter: numeralOf(counter),
    },
    seed,
  );
}
