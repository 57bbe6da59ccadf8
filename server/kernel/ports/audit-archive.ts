import { CodedError } from '@countersign/protocol/coded-error';

/**
 * Files of sealed events outside the store. A name is `<account>/<number>-<32 hex digits>.jsonl`; an adapter throws for
 * any other.
 */
export interface AuditArchive {
  /**
   * Durable before it resolves. Repeating it is safe.
   *
   * @throws ArchiveUnavailable
   * @throws ArchiveConflict if the name exists with other content, which is never overwritten
   */
  put(name: string, content: Uint8Array): Promise<void>;

  /** The content, or undefined if there is no such file or it is longer than `maxBytes`. */
  get(name: string, maxBytes: number): Promise<Uint8Array | undefined>;

  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>;
}

/** The archive did not respond, or does not hold what it should. The caller refuses with 503; no sign-in reads it. */
export class ArchiveUnavailable extends CodedError {
  readonly code = 'ARCHIVE_UNAVAILABLE';
}

/** Something else has the name of a file. */
export class ArchiveConflict extends CodedError {
  readonly code = 'ARCHIVE_CONFLICT';
}

/** The account directory and the file name. Nothing else reaches a file system or a bucket. */
const NAME = /^(acc_[0-3][0-9a-hjkmnp-tv-z]{10})\/(\d{16}-[0-9a-f]{32}\.jsonl)$/;

/** @throws RangeError for a name that could lead out of the archive */
export function parseArchiveName(name: string): { folder: string; file: string } {
  const match = NAME.exec(name);
  if (!match?.[1] || !match[2]) throw new RangeError('not the name of an archive file');
  return { folder: match[1], file: match[2] };
}
