import { spreadsheetCell } from '@countersign/protocol/spreadsheet-text';
import { openRecord } from './personal-part.ts';
import type { AuditRecord } from './segment.ts';

const COLUMNS = [
  'id',
  'time',
  'type',
  'outcome',
  'reason',
  'actor kind',
  'actor',
  'subject',
  'related',
  'resource',
  'method',
  'factors',
  'otp',
  'transaction',
  'changed',
  'address',
  'user agent',
  'request id',
  'lost',
  'environment',
  'erased',
  'hook',
] as const;

/** The header row of a table of events, RFC 4180. */
export function csvHeader(): string {
  return row(COLUMNS);
}

/** An event as a row of that table, for spreadsheets; the JSON Lines export is the verifiable one. */
export function csvRow(record: AuditRecord): string {
  const { id } = record;
  const event = openRecord(record);
  return row([
    id,
    new Date(event.at).toISOString(),
    event.type,
    event.outcome,
    event.reason,
    event.actor.kind,
    event.actor.id,
    event.subject,
    event.related?.join(' '),
    event.resource,
    event.method,
    event.factors?.join(' '),
    event.otp,
    event.transaction,
    event.changed?.join(' '),
    event.address,
    event.userAgent,
    event.requestId,
    event.lost && `${event.lost.from}-${event.lost.to}`,
    event.environment === undefined ? undefined : String(event.environment),
    event.erased && 'yes',
    event.hook,
  ]);
}

function row(cells: readonly (string | undefined)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Formulas are disarmed: the attacker chooses the user agent. */
function cell(text: string | undefined): string {
  return text === undefined || text === '' ? '' : spreadsheetCell(text);
}
