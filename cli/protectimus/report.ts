import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { lineOf } from '../transfer/export-rows.ts';
import { openPrivateFile } from '../transfer/private-file.ts';

export const OUTCOMES = [
  /** It was made; in a dry run, it would be. */
  'made',
  /** It was there already. */
  'there',
  /** A person has to set something up: a token or a password. */
  'needed',
  /** They were mailed the link to do it with. */
  'sent',
  /** It does not come over. */
  'left',
  /** Countersign refused it. */
  'refused',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type ReportSubject = 'resource' | 'user' | 'token' | 'assignment' | 'enrolment' | 'password';

/** What became of one thing. */
export interface ReportRow {
  what: ReportSubject;
  outcome: Outcome;
  /** Its number in the account elsewhere. */
  number?: number | undefined;
  name: string;
  /** By its name. */
  resource?: string | undefined;
  code?: string | undefined;
  detail?: string | undefined;
}

/** What the move itself says of things that came over or were refused; beside these there are the service's codes. */
export const MIGRATION_CODES = [
  /** It is switched off until the filters that are named are made. */
  'FILTERS_TO_MAKE',
  /** It would let people in without the token that they had elsewhere. */
  'RESOURCE_UNGUARDED',
  /** The token of that number is somebody else's here. */
  'SERIAL_TAKEN',
  /** No token of that number is here. */
  'SEED_UNKNOWN',
  /** Another link of theirs leads on still. */
  'ONE_LINK_AT_A_TIME',
  /** Nobody signs in there now. */
  'RESOURCE_OFF',
  /** The move broke off before it was known what became of it. */
  'NO_ANSWER',
] as const;
export type MigrationCode = (typeof MIGRATION_CODES)[number];

const COLUMNS = ['what', 'outcome', 'number', 'name', 'resource', 'code', 'detail'] as const;

/** Every row of a move in a file, and how many came to what. */
export class Report {
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #counts = new Map<string, number>();

  /** @throws UsageError where something else is at that place */
  constructor(file: string) {
    this.#stream = createWriteStream(file, { fd: openPrivateFile(file) });
    this.#stream.write(`${COLUMNS.join(',')}\n`);
  }

  add(row: ReportRow): void {
    const name = `${row.what} ${row.outcome}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#stream.write(`${lineOf({ ...row }, COLUMNS, 'csv')}\n`);
  }

  /** How many of a kind came to that; of all kinds where none is named. */
  count(outcome: Outcome, what?: ReportSubject): number {
    if (what !== undefined) return this.#counts.get(`${what} ${outcome}`) ?? 0;
    return [...this.#counts].reduce((sum, [name, count]) => (name.endsWith(` ${outcome}`) ? sum + count : sum), 0);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
