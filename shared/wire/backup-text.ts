/** Begins the last line of a backup that the service could not complete; a problem follows as JSON. */
export const BROKEN_OFF = '! ';

/** The last line of a complete backup: a MAC, and the number of lines before it. */
export const LAST_LINE = /^[\w-]{22} \{"end":(\d+)\}$/;

/** Characters of a line's MAC: base64url of the beginning of HMAC-SHA256. */
export const SUM_LENGTH = 22;

/** The text that a line's MAC is of: the one before it, and the JSON of this line. */
export function summedText(sumBefore: string, json: string): string {
  return `${sumBefore}\n${json}`;
}

/** Characters of the digest that stands for the key of a record: 64 bits, hexadecimal. */
export const DIGEST_LENGTH = 16;

/**
 * What begins each line of a backup that the command assembles, as it knows the earlier backup. The last line is `end` and
 * the number of lines before it.
 */
export const CHANGES = {
  /** {@link ChangesHeader}, the first line. */
  header: '#',
  /** Digest, space, record: it changed, or may have. */
  changed: '+',
  /** Digest, space, record: the same as in the earlier backup if that has it. */
  asBefore: '?',
  /** Digests of records that did not change, one after the other. */
  unchanged: '=',
  /** Digests of records that are not there, one after the other. */
  gone: '-',
  /** A record of this backup alone. */
  always: '*',
  end: '.',
} as const;

export interface ChangesHeader {
  /** Names this backup for the next increment. */
  point: string;
  /** The key of this backup's MACs, base64url. The command holds it while it writes, and stores it nowhere (SR-86). */
  macKey: string;
  /** True if records that are not named did not change. Otherwise, they are gone. */
  hasOnlyChanges?: true;
  /** The first record of the backup. An increment adds what it follows. */
  record: { readonly series: BackupSeries } & Readonly<Record<string, unknown>>;
}

/** A full backup and its increments. */
export interface BackupSeries {
  id: string;
  /** Keys the digests, so that they reveal no names. Only backups and the store hold it. */
  salt: string;
  /** 0: the full backup. */
  number: number;
  /** The MAC at the end of the backup before. */
  follows?: string;
}
