/** `kill`: the primary dies. `live`: it goes on serving its clients for a while, beside its successor. */
export type FailoverKind = 'kill' | 'live';

/** Real primaries and replicas. Replication between them is held back. */
export interface FailoverRig {
  readonly url: string;
  /** Forces a failover and makes the old primary a replica. Resolves when the new primary accepts its role. */
  failOver(kind: FailoverKind): Promise<void>;
  stop(): Promise<void>;
}
