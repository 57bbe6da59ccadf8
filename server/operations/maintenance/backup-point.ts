import { DAY_MS } from '../../kernel/time.ts';

/** How far the store was when a backup began: what came later is in its next increment. */
export interface BackupPoint {
  /** Of the full backup and all its increments. */
  series: string;
  /** Keys the digests that the command holds of this series. */
  salt: string;
  /** 0: the full backup. */
  number: number;
  /** The last version of each partition. */
  versions: readonly number[];
  /** The last event of each partition. */
  events: readonly number[];
}

/** How long an increment can follow a backup. */
export const BACKUP_POINT_TTL_MS = 35 * DAY_MS;

/** In place of an id: a copy of the newest point, there as long as an increment can follow any. */
export const NEWEST_POINT = 'newest';
