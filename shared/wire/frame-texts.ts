/** Texts that replace the widget's own in one language. */
export interface FrameTexts {
  /** Empty: none are known yet. */
  lang: string;
  /** Compiled messages, by a part of the widget, a dot, and the key in it. */
  texts: Readonly<Record<string, unknown>>;
}
