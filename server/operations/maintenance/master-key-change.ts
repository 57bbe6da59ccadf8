import type { SecretCount } from './reencryption.ts';

/** The master keys by their ids, as configured. */
export interface ConfiguredMasterKeys {
  current: string;
  /** The previous keys, which open what they sealed. */
  old: readonly string[];
}

/** The file that holds the master keys. */
export interface MasterKeyFile {
  read(): Promise<ConfiguredMasterKeys>;
  /** Adds a new key in front, and keeps the current one. Changes nothing while there is an old one already. */
  addNew(): Promise<ConfiguredMasterKeys>;
  /** Removes the old keys, if the current key is still the given one. */
  dropOld(current: string): Promise<ConfiguredMasterKeys>;
}

/** The state of a change of the master key (SR-22). */
export type MasterKeyState =
  /** One key, and no secret under another. */
  | 'settled'
  /** The running process seals with another key than the configured one. */
  | 'restart-needed'
  /** Another process of the store does. */
  | 'restart-others'
  /** There are secrets under old keys. */
  | 'resealing'
  /** No secret is under an old key, which can be removed. */
  | 'ready';

/**
 * @param sealing id of the key that the running process seals with
 * @param configured the current configuration, for the next start
 * @param processes those that run, with the ids of their keys; the first seals
 */
export function masterKeyState(
  sealing: string,
  configured: ConfiguredMasterKeys,
  { old }: Pick<SecretCount, 'old'>,
  processes: readonly { readonly masterKeys: readonly string[] }[],
): MasterKeyState {
  if (configured.current !== sealing) return 'restart-needed';
  if (processes.some(({ masterKeys }) => masterKeys[0] !== sealing)) return 'restart-others';
  if (Object.keys(old).length > 0) return 'resealing';
  return configured.old.some((id) => id !== sealing) ? 'ready' : 'settled';
}
