/** Progress of making the index entries that older versions did not write. */
export interface IndexBuild {
  /** The {@link INDEX_VERSION} that is being built. */
  version: number;
  /** Cursor of the scan. */
  after?: string;
  finishedAt?: number;
}

/** Rises with every index that is added to a kind of document. 2: users and tokens by their main name. */
export const INDEX_VERSION = 2;
