/** What was built for browsers, read once at the start: every file by its path below where it is served. */
export interface BuiltFiles {
  /** Paths that the page names. */
  script: string;
  style: string;
  /** Further scripts that the first one imports at once. */
  needs?: readonly string[];
  files: ReadonlyMap<string, BuiltFile>;
}

export interface BuiltFile {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed with brotli at its highest quality. */
  brotli: Uint8Array<ArrayBuffer>;
  contentType: string;
}
