/** Written first, so that no service starts on a partially restored store. */
export interface Restoration {
  startedAt: number;
  finishedAt?: number;
  /** When the backup was made. */
  backedUpAt: number;
  /** Id of the move that fills the store from another one, in place of a restore. */
  move?: string;
}
