/** A walk over the store that re-encrypts every secret with the current master key. */
export interface Reencryption {
  /** The id of the sealing key. With another one the walk starts over. */
  keyId: string;
  /** The position of the walk; absent at its start and its end. */
  after?: string;
  /** Secrets that this walk re-encrypted. */
  resealed: number;
  /** Documents that changed during their re-encryption: left for the next walk. */
  missed: number;
  startedAt: number;
  finishedAt?: number;
}

/** The result of a count over every secret of the store. */
export interface SecretCount {
  current: number;
  /** Under other master keys, by the key's id. */
  old: Record<string, number>;
  /** Documents with a sealed value at an unknown location, by the document's name. */
  unknown: Record<string, number>;
}
