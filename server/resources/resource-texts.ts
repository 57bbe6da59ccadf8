/** Own texts of a resource in one language, stored beside it. */
export interface ResourceTexts {
  /** As the resource has it. */
  hash: string;
  /** By keys such as `mail.hello`, as they were typed: checked again when they are read. */
  texts: Readonly<Record<string, string>>;
}
