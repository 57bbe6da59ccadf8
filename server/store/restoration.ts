/** Written first, so that nobody serves from a store to which a backup has been restored by half. */
export interface Restoration {
  startedAt: number;
  finishedAt?: number;
  /** When the backup was made. */
  backedUpAt: number;
}
