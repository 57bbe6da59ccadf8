/**
 * Texts of `crypt` and its relatives, which repeat a digest: phpass (`$P$`, `$H$`: WordPress, phpBB), Drupal (`$S$`; `U`
 * in front: over an MD5 of its versions before 7) and SHA-crypt (`$5$`, `$6$`; Drepper 2008).
 */
export interface ReadCrypt {
  kind: 'crypt';
  /** Scheme, cost and salt, from which the hash follows. */
  setting: string;
  /** In the scheme's own encoding. */
  hash: string;
}

/** A text beyond these bounds is read as no hash; `hash-cost.ts` bounds the time of what is read. */
const CRYPT_BOUNDS = { doublings: 24, rounds: 10_000_000 } as const;

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DOUBLING = /^(\$[PH]\$([./0-9A-Za-z])[./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/;
const DRUPAL = /^(U?\$S\$([./0-9A-Za-z])[./0-9A-Za-z]{8})([./0-9A-Za-z]{43})$/;
/** A salt that looks like a cost would be read as one: `rounds=999999999` has its 16 characters. */
const SHA_CRYPT =
  /^(\$([56])\$(?:rounds=([1-9]\d{3,8})\$)?(?!rounds=)[^$:\s\p{Cc}]{0,16}\$)([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/u;
const SHA_CRYPT_LENGTHS: Record<string, number> = { 5: 43, 6: 86 };

/** Undefined: another text, or one that would cost too much. */
export function readCrypt(text: string): ReadCrypt | undefined {
  const [, setting, cost = '', hash] = DOUBLING.exec(text) ?? DRUPAL.exec(text) ?? [];
  if (setting !== undefined && hash !== undefined) {
    const doublings = DIGITS.indexOf(cost);
    return doublings >= 7 && doublings <= CRYPT_BOUNDS.doublings ? { kind: 'crypt', setting, hash } : undefined;
  }
  const [, sha, digit = '', rounds = '5000', shaHash] = SHA_CRYPT.exec(text) ?? [];
  if (sha === undefined || shaHash === undefined || shaHash.length !== SHA_CRYPT_LENGTHS[digit]) return undefined;
  return Number(rounds) <= CRYPT_BOUNDS.rounds ? { kind: 'crypt', setting: sha, hash: shaHash } : undefined;
}

/** True if a hash could belong to this setting. */
export function isCryptSetting(setting: string): boolean {
  return [22, 43, 86].some((length) => readCrypt(setting + '.'.repeat(length)) !== undefined);
}
