/** A walk over the store that seals every secret anew with the current master key. */
export interface Reencryption {
  /** Of the key that seals. With another one the walk begins anew. */
  keyId: string;
  /** Where the walk stands; absent at its beginning and its end. */
  after?: string;
  /** Secrets that were sealed anew by this walk. */
  resealed: number;
  /** Documents that were changed while they were to be sealed anew: left for the next walk. */
  missed: number;
  startedAt: number;
  finishedAt?: number;
}

/** What a look at every secret of the store has found. */
export interface SecretCount {
  current: number;
  /** Under other master keys, by the key's id. */
  old: Record<string, number>;
  /** Documents that hold something sealed nobody has said the place of, by the document's name. */
  unknown: Record<string, number>;
}
