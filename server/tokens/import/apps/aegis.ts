import { ImportError, type ImportedToken } from '../import-file.ts';
import { base64Decode, hexDecode, seedOf } from '../seed-format.ts';
import { validateToken } from '../validate-token.ts';
import {
  type AppExport,
  type Lock,
  listOf,
  type Members,
  membersOf,
  nameOf,
  numeralOf,
  textOf,
  wholeOf,
} from './app-export.ts';
import { openGcm } from './open-sealed.ts';

/** The app uses N = 2^15, r = 8, p = 1, which take 32 MiB. `work`: N * r * p. */
const SCRYPT_BOUNDS = { memory: 64 * 2 ** 20, work: 2 ** 20 } as const;
/** Each password is tried at every lock. */
const MAX_PASSWORDS = 4;
const PASSWORD_SLOT = 1;

/** A vault of Aegis (docs/vault.md of its repository): plain, or AES-256-GCM under a key that a password wraps. */
export function readAegis(vault: Members): AppExport {
  const { slots, params } = membersOf(vault.header);
  if (slots === null || slots === undefined) return { entries: entriesOf(vault.db) };
  const passwords = listOf(slots)
    .map(membersOf)
    .filter(({ type }) => type === PASSWORD_SLOT);
  if (passwords.length === 0 || passwords.length > MAX_PASSWORDS) throw new ImportError('PROTECTION_UNSUPPORTED');
  const content = sealedOf(base64Decode(textOf(vault.db) ?? ''), params);
  return { locks: passwords.map((slot) => lockOf(slot, content)) };
}

interface Sealed {
  bytes: Uint8Array;
  iv: Uint8Array;
  tag: Uint8Array;
}

function lockOf(slot: Members, content: Sealed): Lock {
  const [cost, blockSize, parallelism] = [slot.n, slot.r, slot.p].map(wholeOf);
  const salt = hexDecode(textOf(slot.salt) ?? '');
  const wrapped = sealedOf(hexDecode(textOf(slot.key) ?? ''), slot.key_params);
  if (!cost || !blockSize || !parallelism || !salt || salt.length > 1024) {
    throw new ImportError('APP_EXPORT_UNKNOWN');
  }
  // RFC 7914, section 2: OpenSSL computes no others.
  const isPowerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost)) && Math.log2(cost) < 16 * blockSize;
  const memory = 128 * blockSize * (cost + parallelism);
  const isBounded = memory <= SCRYPT_BOUNDS.memory && cost * blockSize * parallelism <= SCRYPT_BOUNDS.work;
  if (!isPowerOfTwo || !isBounded) throw new ImportError('PROTECTION_UNSUPPORTED');
  return {
    derivation: { cost, blockSize, parallelism, salt, keyBytes: 32 },
    open: (key) => {
      const master = openGcm(key, wrapped.iv, wrapped.bytes, wrapped.tag);
      return master?.length === 32 ? openGcm(master, content.iv, content.bytes, content.tag) : undefined;
    },
    entriesOf,
  };
}

function sealedOf(bytes: Uint8Array | undefined, params: unknown): Sealed {
  const { nonce, tag } = membersOf(params);
  const [iv, mac] = [hexDecode(textOf(nonce) ?? ''), hexDecode(textOf(tag) ?? '')];
  if (!bytes || iv?.length !== 12 || mac?.length !== 16) throw new ImportError('APP_EXPORT_UNKNOWN');
  return { bytes, iv, tag: mac };
}

function entriesOf(content: unknown) {
  return listOf(membersOf(content).entries).map((entry) => () => readEntry(membersOf(entry)));
}

function readEntry({ type, name, issuer, info }: Members): ImportedToken {
  const { secret, algo, digits, period, counter } = membersOf(info);
  const seed = seedOf(textOf(secret) ?? '', 'base32');
  return validateToken(
    {
      kind: textOf(type),
      name: nameOf(name, issuer),
      algorithm: textOf(algo),
      digits: numeralOf(digits),
      periodSeconds: numeralOf(period),
      counter: numeralOf(counter),
    },
    seed,
  );
}
