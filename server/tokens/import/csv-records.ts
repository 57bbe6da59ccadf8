import { CsvError, parse } from 'csv-parse/sync';
import { firstLineOf } from './first-line.ts';
import { ImportError } from './import-file.ts';

export interface CsvRecord {
  record: string[];
  /** The line where it ends, from 1. */
  line: number;
}

const MAX_RECORD_LENGTH = 16_384;
/** The characters parsed between two pauses: some milliseconds of work for any content. */
const PIECE = 8192;
/** More than a comment, or the last of the lines that one record in quotes spans, needs. */
const MAX_PIECE_LENGTH = PIECE + 2 * MAX_RECORD_LENGTH;

/**
 * The records of a text, piece by piece: a file of two mebibytes may have a million of them, and parsing them in one go
 * would block every other request. `undefined` marks a pause for other work.
 *
 * @throws ImportError
 */
export function* recordsOf(text: string): Generator<CsvRecord | undefined> {
  const delimiter = delimiterOf(text);
  for (const { piece, before } of piecesOf(text)) {
    for (const { record, info } of parsed(piece, delimiter)) yield { record, line: before + info.lines };
    yield undefined;
  }
}

/** Pieces of whole lines, none of which ends within quotes, if those are closed within a record's length. */
function* piecesOf(text: string): Generator<{ piece: string; before: number }> {
  let [start, before, lines, inQuotes] = [0, 0, 0, false];
  for (const { 0: line, index } of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    // The parser would read it in one go: the values of a record may all be empty.
    if (line.length > MAX_PIECE_LENGTH) throw new ImportError('CSV_MALFORMED');
    const isComment = !inQuotes && line.trimStart().startsWith('#');
    if (!isComment && line.split('"').length % 2 === 0) inQuotes = !inQuotes;
    lines += 1;
    const end = index + line.length;
    const mayGoOn = inQuotes && end - start < MAX_PIECE_LENGTH;
    if (end - start < PIECE || mayGoOn) continue;
    yield { piece: text.slice(start, end), before };
    [start, before, lines] = [end, before + lines, 0];
  }
  if (start < text.length) yield { piece: text.slice(start), before };
}

interface ParsedRecord {
  record: string[];
  info: { lines: number };
}

function parsed(piece: string, delimiter: string): ParsedRecord[] {
  try {
    const records: unknown = parse(piece, {
      comment: '#',
      comment_no_infix: true,
      delimiter,
      info: true,
      max_record_size: MAX_RECORD_LENGTH,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return records as ParsedRecord[];
  } catch (error) {
    if (error instanceof CsvError) throw new ImportError('CSV_MALFORMED');
    throw error;
  }
}

function delimiterOf(text: string): string {
  const first = firstLineOf(text);
  return ['\t', ';'].find((delimiter) => first.includes(delimiter)) ?? ',';
}
