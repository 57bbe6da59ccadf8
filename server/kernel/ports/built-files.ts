import type { FirstScreens } from '@countersign/protocol/first-screen';

/** The files built for browsers, read once at the start, by their path below the mount. */
export interface BuiltFiles {
  /** Paths that the page names. */
  script: string;
  style: string;
  /** Scripts that the first one imports statically. */
  needs?: readonly string[];
  files: ReadonlyMap<string, BuiltFile>;
  /**
   * Of the widget: the files of earlier versions, by version, the newest first. Pages that pin one, or that were open
   * during an upgrade, still fetch them.
   */
  earlier?: ReadonlyMap<string, ReadonlyMap<string, BuiltFile>>;
  /** Of the widget: what its document shows before the script runs. */
  firstScreens?: FirstScreens;
}

export interface BuiltFile {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed with brotli at its highest quality. */
  brotli: Uint8Array<ArrayBuffer>;
  contentType: string;
}
