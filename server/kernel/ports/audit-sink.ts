import type { FeedLine } from '../feed-line.ts';

/** The receiver of the audit feed. */
export interface AuditSink {
  /**
   * Resolves when the receiver has the lines, as far as its protocol tells. Aborting gives up.
   *
   * @throws if it may not have all of them: they are sent again
   */
  send(lines: readonly FeedLine[], signal: AbortSignal): Promise<void>;
  /** Lets go of the connection or the file. A later `send` opens it again. */
  close(): Promise<void>;
}
