import type { SecretCount } from './reencryption.ts';

/** The master keys by their ids, as the configuration has them. */
export interface ConfiguredMasterKeys {
  current: string;
  /** Those before, which open what they sealed. */
  old: readonly string[];
}

/** The file that holds the master keys. */
export interface MasterKeyFile {
  read(): Promise<ConfiguredMasterKeys>;
  /** Puts a new key in front, and keeps the one before. Changes nothing while there is an old one already. */
  addNew(): Promise<ConfiguredMasterKeys>;
  /** Takes the old keys out, if the current one is still the one that is meant. */
  dropOld(current: string): Promise<ConfiguredMasterKeys>;
}

/** Where a change of the master key stands (SR-22). */
export type MasterKeyState =
  /** One key, and nothing under another. */
  | 'settled'
  /** The running process seals with another key than the configuration names. */
  | 'restart-needed'
  /** There are secrets under old keys. */
  | 'resealing'
  /** Nothing is under an old key: it may go. */
  | 'ready';

/**
 * @param sealing id of the key that the running process seals with
 * @param configured what the configuration names now, for the next start
 */
export function masterKeyState(
  sealing: string,
  configured: ConfiguredMasterKeys,
  { old }: Pick<SecretCount, 'old'>,
): MasterKeyState {
  if (configured.current !== sealing) return 'restart-needed';
  if (Object.keys(old).length > 0) return 'resealing';
  return configured.old.some((id) => id !== sealing) ? 'ready' : 'settled';
}
