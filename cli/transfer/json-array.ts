import { createReadStream } from 'node:fs';
import { JSONParser } from '@streamparser/json';
import { UsageError } from '../connection/service.ts';
import type { Row } from './rows.ts';

/**
 * Streams the elements of an array in a JSON document. Their line is their position in the array, from 1.
 *
 * @param path such as `$.users.*`
 * @throws UsageError if the file is not JSON to its end
 */
export async function* readJsonArray(file: string, path: string): AsyncGenerator<Row> {
  const parser = new JSONParser({ paths: [path], keepStack: false });
  const values: unknown[] = [];
  parser.onValue = ({ value }) => values.push(value);
  let [line, bytes] = [0, 0];
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    parse(file, () => parser.write(chunk));
    for (const value of values.splice(0)) {
      line += 1;
      yield { line, bytes, raw: JSON.stringify(value), ...asFields(value) };
    }
  }
  if (!parser.isEnded) parse(file, () => parser.end());
}

/** The parser's messages quote the document, which holds secrets. */
function parse(file: string, work: () => void): void {
  try {
    work();
  } catch {
    throw new UsageError(`${file} is not JSON, or was cut`);
  }
}

function asFields(value: unknown): Pick<Row, 'fields' | 'error'> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { fields: { ...value } };
  return { fields: undefined, error: 'not a JSON object' };
}
