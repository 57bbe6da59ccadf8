/** The files built for browsers, read once at the start, by their path below the mount. */
export interface BuiltFiles {
  /** Paths that the page names. */
  script: string;
  style: string;
  /** Scripts that the first one imports statically. */
  needs?: readonly string[];
  files: ReadonlyMap<string, BuiltFile>;
}

export interface BuiltFile {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed with brotli at its highest quality. */
  brotli: Uint8Array<ArrayBuffer>;
  contentType: string;
}
