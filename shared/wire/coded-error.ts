/** The base of every error that is thrown on purpose. Its `code` is stable: handlers and log searches use it. */
export abstract class CodedError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
