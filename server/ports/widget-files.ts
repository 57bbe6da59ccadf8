/** The built widget, read once at the start: every file by its path below `/widget/v1/`. */
export interface WidgetFiles {
  /** Paths that the frame's page names. */
  script: string;
  style: string;
  /** Of the window for passkeys. */
  passkeyScript: string;
  files: ReadonlyMap<string, WidgetFile>;
}

export interface WidgetFile {
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed with brotli at its highest quality. */
  brotli: Uint8Array<ArrayBuffer>;
  contentType: string;
}
