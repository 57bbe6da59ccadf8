const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)\r\n/i;

/**
 * Reads HTTP/1.1 responses from one connection, one at a time: only the status and the end. Responses must have a
 * length.
 */
export class AnswerReader {
  #rest: Buffer | undefined;

  /** The status once the response is complete, else undefined. */
  push(chunk: Buffer): number | undefined {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd !== -1) {
      const head = bytes.toString('latin1', 0, headEnd + 2);
      const length = LENGTH.exec(head)?.[1];
      if (length === undefined) throw new Error(`an answer without a length:\n${head}`);
      const end = headEnd + HEAD_END.length + Number(length);
      if (bytes.length > end) throw new Error('more than one answer to one request');
      if (bytes.length === end) {
        this.#rest = undefined;
        return Number(head.slice(9, 12));
      }
    }
    this.#rest = bytes;
    return undefined;
  }
}
