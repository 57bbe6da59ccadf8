import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ImportWarning } from '@countersign/protocol/token-import';
import { flawOf, ImportError, type ImportRow } from '../import-file.ts';
import { validateToken } from '../validate-token.ts';
import type { PskcContainer } from './container.ts';
import type { SeedAsGiven } from './key-package.ts';
import { decrypt, macFits, provesItself } from './protection.ts';

/** The caller's keys for a protected container. */
export interface OpeningKeys {
  preSharedKey?: Uint8Array | undefined;
  password?: string | undefined;
}

/**
 * Checks that the given keys are those that the container needs. A superfluous key is refused as well: the caller
 * expects an encrypted file, and this is not one.
 *
 * @throws ImportError
 */
export function validateKeys({ protection }: PskcContainer, keys: OpeningKeys): void {
  const { password, preSharedKey } = keys;
  if (!protection && (password !== undefined || preSharedKey !== undefined)) throw new ImportError('NOT_ENCRYPTED');
  if (protection?.by === 'password' && password === undefined) throw new ImportError('PASSWORD_NEEDED');
  if (protection?.by === 'pre-shared-key' && preSharedKey === undefined) throw new ImportError('PRE_SHARED_KEY_NEEDED');
  if (password !== undefined && preSharedKey !== undefined) throw new ImportError('KEY_WRONG');
}

/**
 * Decrypts the seeds of a container one by one and validates their tokens. Each seed is authenticated before it is
 * decrypted.
 *
 * @param key the pre-shared key, or the key derived from the password; undefined for an unencrypted container
 * @throws ImportError if the container as a whole cannot be opened
 */
export function* openContainer(container: PskcContainer, key: Uint8Array | undefined): Generator<ImportRow> {
  const { mac, packages } = container;
  const macKey = mac && key && decrypt(mac.key, key);
  // A short key would make the MAC easier to forge than it claims (RFC 2104 section 3 asks for the length of the hash).
  if (macKey && macKey.length < 16) throw new ImportError('KEY_WRONG');
  const authenticate: Authenticate | undefined =
    mac && macKey && ((encrypted, code) => macFits(mac.hash, macKey, encrypted, code));
  const shared = sharedSerials(packages);
  for (const { line, serial, outcome } of packages) {
    const named = { line, ...omitUndefined({ serial }) };
    if ('flaw' in outcome) {
      yield { ...named, outcome };
      continue;
    }
    const { id, said, seed, pinKeyId } = outcome.read;
    const ownSerial = shared.has(said.serial ?? '') ? `${said.serial}/${id}` : said.serial;
    const open = (given: SeedAsGiven) => openSeed(given, key, authenticate);
    const found = flawOf(() => {
      const secret = open(seed);
      const suitePin = pinKeyId === undefined ? undefined : pinOf(container.pinKeys.get(pinKeyId), open);
      return validateToken({ ...said, serial: ownSerial, suitePin }, secret);
    });
    yield { ...named, outcome: 'flaw' in found ? found : { token: found.read } };
  }
}

type Authenticate = (encrypted: Extract<SeedAsGiven, { encrypted: unknown }>['encrypted'], mac: Uint8Array) => boolean;

function openSeed(seed: SeedAsGiven, key: Uint8Array | undefined, authenticate: Authenticate | undefined): Uint8Array {
  if ('plain' in seed) {
    // Otherwise an attacker who can write to the file could put their own seed under another token's serial number.
    if (key) throw new ImportError('SEED_PLAIN');
    return seed.plain;
  }
  if (!key) throw new ImportError('PSKC_STRUCTURE');
  const { encrypted, mac } = seed;
  if (mac === undefined && !provesItself(encrypted)) throw new ImportError('MAC_MISSING');
  if (mac !== undefined && !authenticate) throw new ImportError('MAC_MISSING');
  if (mac !== undefined && authenticate?.(encrypted, mac) === false) throw new ImportError('MAC_WRONG');
  return decrypt(encrypted, key);
}

/** The digits of a PIN, whose key is their text (RFC 6030 section 5, figure 5). */
function pinOf(seed: SeedAsGiven | undefined, open: (given: SeedAsGiven) => Uint8Array): string {
  if (!seed) throw new ImportError('SUITE_PIN_INVALID');
  return Buffer.from(open(seed)).toString('latin1');
}

/** The serial numbers that several keys share: a device may hold more than one (RFC 6030 section 8). */
function sharedSerials(packages: PskcContainer['packages']): ReadonlySet<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const { serial } of packages) {
    if (serial === undefined) continue;
    if (seen.has(serial)) several.add(serial);
    seen.add(serial);
  }
  return several;
}

/** Warnings about the container for the caller. */
export function warningsOf({ signed, pins, pinKeys, packages }: PskcContainer): ImportWarning[] {
  const asked = packages.flatMap(({ outcome }) => ('read' in outcome ? [outcome.read.pinKeyId] : []));
  const taken = new Set(asked.filter((id) => id !== undefined && pinKeys.get(id) !== undefined));
  const drifted = packages.some(({ outcome }) => 'read' in outcome && outcome.read.driftLeftOut);
  return [
    ...(signed ? (['SIGNATURE_UNCHECKED'] as const) : []),
    ...(pins > taken.size ? (['PIN_KEYS_LEFT_OUT'] as const) : []),
    ...(drifted ? (['DRIFT_LEFT_OUT'] as const) : []),
  ];
}
