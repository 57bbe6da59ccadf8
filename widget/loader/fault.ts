/** What a developer did wrong, thrown by the development builds of the package. */
export class CountersignFault extends Error {
  override readonly name = 'CountersignFault';
  readonly code: string;
  /** Explains the code. */
  readonly link: string;

  constructor(code: string, message: string, link: string) {
    super(`Countersign ${code}: ${message} ${link}`.trim());
    this.code = code;
    this.link = link;
  }
}
