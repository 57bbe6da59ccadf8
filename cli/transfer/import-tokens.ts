import { closeSync, writeFileSync } from 'node:fs';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ImportFormat } from '@countersign/protocol/token-import';
import type { Service } from '../connection/service.ts';
import { checkPrivateFile, openPrivateFile } from './private-file.ts';
import type { Progress } from './progress.ts';
import { type FilePart, partsOf } from './token-file.ts';

interface TokenImportOptions {
  file: string;
  format: ImportFormat;
  dryRun: boolean;
  acceptPartial: boolean;
  /** Where refused lines go, if the file is a list of lines. */
  rejectedFile: string;
  /** Password or key, and settings that CSV lacks. */
  more: Record<string, string>;
}

interface TokenImportResult {
  /** Created, or to be created. */
  done: number;
  existing: number;
  refused: { line: number; serial?: string; code: string; detail?: string }[];
  warnings: string[];
  /** False in a dry run, and if a refused row stopped the import. */
  carriedOut: boolean;
  /** True if there is a file of refused lines. */
  rejected: boolean;
}

interface RowAnswer {
  line: number;
  serial?: string;
  outcome: 'made' | 'exists' | 'importable' | 'refused';
  code?: string;
  detail?: string;
}
interface Answer {
  rows: RowAnswer[];
  warnings: { code: string; detail: string }[];
}

const MAX_ROWS = 500;

/**
 * Imports a file of tokens: checks every row first, and creates them only if none is refused or partial imports are
 * accepted. After an interruption, run it again to create the rest.
 *
 * @param show starts a progress bar with that many steps
 */
export async function importTokens(
  service: Service,
  options: TokenImportOptions,
  show: (total: number) => Progress,
  size: number,
): Promise<TokenImportResult> {
  if (!options.dryRun) checkPrivateFile(options.rejectedFile);
  const checked = await checkTokens(service, options, show(size));
  const { done, existing, refused } = checked;
  if (options.dryRun || (refused.length > 0 && !options.acceptPartial)) return checked;
  return createTokens(service, options, checked, show(done + existing + refused.length));
}

async function checkTokens(
  service: Service,
  options: TokenImportOptions,
  progress: Progress,
): Promise<TokenImportResult> {
  const found = emptyResult();
  const warnings = new Set<string>();
  const serials = new Set<string>();
  try {
    for await (const part of partsOf(options.file, options.format)) {
      const answer = await send(service, options, part, { dryRun: true });
      for (const { detail } of answer.warnings) warnings.add(detail);
      // The service checks one part at a time, so repeated serial numbers across parts are found here.
      const before = new Set(serials);
      for (const row of answer.rows) {
        const serial = row.serial?.trim().toLowerCase();
        const repeated = serial !== undefined && before.has(serial) && row.outcome === 'importable';
        if (serial !== undefined) serials.add(serial);
        addRow(found, part, repeated ? { ...row, outcome: 'refused', code: 'SERIAL_REPEATED' } : row);
      }
      progress.at(part.bytes, found.done, found.refused.length);
    }
  } finally {
    progress.stop();
  }
  return { ...found, warnings: [...warnings] };
}

async function createTokens(
  service: Service,
  options: TokenImportOptions,
  { warnings }: TokenImportResult,
  progress: Progress,
): Promise<TokenImportResult> {
  const created = emptyResult();
  const rejected = new Set<string>();
  let at = 0;
  try {
    for await (const part of partsOf(options.file, options.format)) {
      let total = 1;
      for (let from = 0; from < total; from += MAX_ROWS) {
        const { rows } = await send(service, options, part, { from, count: MAX_ROWS });
        total = rows.length;
        for (const row of rows.slice(from, from + MAX_ROWS)) {
          addRow(created, part, row);
          const line = part.lines[row.line - 1 - part.repeated];
          if (row.outcome !== 'refused' || line === undefined) continue;
          if (part.names !== undefined) rejected.add(part.names);
          rejected.add(line);
        }
        at += Math.min(MAX_ROWS, total - from);
        progress.at(at, created.done, created.refused.length);
      }
    }
  } finally {
    progress.stop();
    if (rejected.size > 0) writeRejected(options.rejectedFile, rejected);
  }
  return { ...created, warnings, carriedOut: true, rejected: rejected.size > 0 };
}

/** The lines hold seeds, so only the owner can read the file. */
function writeRejected(file: string, lines: ReadonlySet<string>): void {
  const opened = openPrivateFile(file);
  try {
    writeFileSync(opened, `${[...lines].join('\n')}\n`);
  } finally {
    closeSync(opened);
  }
}

function emptyResult(): TokenImportResult {
  return { done: 0, existing: 0, refused: [], warnings: [], carriedOut: false, rejected: false };
}

function addRow(into: TokenImportResult, { before, repeated }: FilePart, row: RowAnswer): void {
  if (row.outcome === 'exists') into.existing += 1;
  else if (row.outcome !== 'refused') into.done += 1;
  else {
    const { serial, code = 'NO_ANSWER', detail } = row;
    const line = before - repeated + row.line;
    into.refused.push({ line, code, ...omitUndefined({ serial, detail }) });
  }
}

async function send(
  service: Service,
  { format, acceptPartial, more }: TokenImportOptions,
  { content }: FilePart,
  how: { dryRun: true } | { from: number; count: number },
): Promise<Answer> {
  const { body } = await service.send('POST', '/v1/token-imports', {
    body: { ...content, ...more, format, ...how, ...(acceptPartial && { acceptPartial }) },
  });
  return body as Answer;
}
