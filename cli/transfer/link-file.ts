import { closeSync, constants, fchmodSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { spreadsheetText } from '@countersign/protocol/spreadsheet-text';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../connection/service.ts';
import { lineOf } from './export-rows.ts';
import { checkPrivateFile } from './private-file.ts';

const COLUMNS = ['login', 'link', 'valid until'] as const;

/** A row of the file, before it is written. */
export interface LinkRow {
  login: string;
  link: string;
  /** ms since 1970. */
  expiresAt: number;
}

/** A file of links to hand over, which only its owner can read. It grows, so that an interrupted run can go on. */
export interface LinkFile {
  /** Whether it has a link of this login that is still valid. */
  holds(login: string): boolean;
  /** On the disk when it returns: a link that is lost cannot be shown again. */
  add(rows: readonly LinkRow[]): void;
  close(): void;
}

/**
 * Opens a new file of links, or one of an interrupted run.
 *
 * @throws UsageError if it is a file of something else
 */
export function openLinkFile(path: string, now: number): LinkFile {
  checkPrivateFile(path);
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be written${error instanceof Error && 'code' in error ? `: ${error.code}` : ''}`,
    );
  }
  try {
    fchmodSync(file, 0o600);
    const all = readFileSync(file, 'utf8');
    // A kill may have cut the last line.
    const text = all.slice(0, all.lastIndexOf('\n') + 1);
    const held = heldIn(path, all, text, now);
    if (text.length < all.length) ftruncateSync(file, Buffer.byteLength(text));
    if (text === '') writeSync(file, `${COLUMNS.join(',')}\r\n`);
    return {
      holds: (login) => held.has(spreadsheetText(login)),
      add(rows) {
        const lines = rows.map(({ login, link, expiresAt }) =>
          lineOf({ login, link, 'valid until': new Date(expiresAt).toISOString() }, COLUMNS, 'csv'),
        );
        if (lines.length > 0) writeSync(file, `${lines.join('\r\n')}\r\n`);
        fsyncSync(file);
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function heldIn(path: string, all: string, text: string, now: number): Set<string> {
  const header = `${COLUMNS.join(',')}\r\n`;
  if (!(text === '' ? header.startsWith(all) : text.startsWith(header))) {
    throw new UsageError(`${path} exists, and is not a file of links: choose another name`);
  }
  const [, ...rows] = parse(text, { relax_column_count: true }) as string[][];
  return new Set(
    rows.flatMap(([login, , until = '']) => (login !== undefined && Date.parse(until) > now ? [login] : [])),
  );
}
