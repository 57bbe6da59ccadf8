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
  /** The same, compressed with brotli at its highest quality. Absent for a picture, which is compressed. */
  brotli?: Uint8Array<ArrayBuffer> | undefined;
  contentType: string;
}

/** The documentation. Few requests are for it, so a file is read when it is asked for. */
export interface BuiltDocuments {
  /** @param path below the mount, such as `assets/app.js`; untrusted */
  read(path: string): Promise<BuiltFile | undefined>;
}
