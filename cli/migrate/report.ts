import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { lineOf } from '../transfer/export-rows.ts';
import { openPrivateFile } from '../transfer/private-file.ts';

export const OUTCOMES = [
  /** It was created; in a dry run, it would be. */
  'made',
  /** It existed already. */
  'there',
  /** The user must set up a token or a password. */
  'needed',
  /** The link for that was mailed. */
  'sent',
  /** It is not migrated. */
  'left',
  /** Countersign refused it. */
  'refused',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
type ReportSubject = 'resource' | 'user' | 'token' | 'assignment' | 'enrolment' | 'password' | 'email' | 'phone';

/** The result for one object. */
export interface ReportRow {
  what: ReportSubject;
  outcome: Outcome;
  /** Its number in the source. */
  number?: number | undefined;
  name: string;
  /** Name of the resource. */
  resource?: string | undefined;
  code?: string | undefined;
  detail?: string | undefined;
}

/** Codes of the migration itself, besides those of the service. */
export const MIGRATION_CODES = [
  /** It is disabled until the named filters are created. */
  'FILTERS_TO_MAKE',
  /** It would let users sign in without the token that they had in the source. */
  'RESOURCE_UNGUARDED',
  /** Another user here has the token of that number. */
  'SERIAL_TAKEN',
  /** There is no token of that number here. */
  'SEED_UNKNOWN',
  /** Another link of the user is still valid. */
  'ONE_LINK_AT_A_TIME',
  /** The resource is disabled. */
  'RESOURCE_OFF',
  /** The migration stopped before the result was known. */
  'NO_ANSWER',
] as const;
export type MigrationCode = (typeof MIGRATION_CODES)[number];

const COLUMNS = ['what', 'outcome', 'number', 'name', 'resource', 'code', 'detail'] as const;

/** Writes every row of a migration to a file, and counts the outcomes. */
export class Report {
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #counts = new Map<string, number>();

  /** @throws UsageError if the path is not a file of this user */
  constructor(file: string) {
    this.#stream = createWriteStream(file, { fd: openPrivateFile(file) });
    this.#stream.write(`${COLUMNS.join(',')}\n`);
  }

  add(row: ReportRow): void {
    const name = `${row.what} ${row.outcome}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#stream.write(`${lineOf({ ...row }, COLUMNS, 'csv')}\n`);
  }

  /** The number of rows with an outcome, of one subject or of all. */
  count(outcome: Outcome, what?: ReportSubject): number {
    if (what !== undefined) return this.#counts.get(`${what} ${outcome}`) ?? 0;
    return [...this.#counts].reduce((sum, [name, count]) => (name.endsWith(` ${outcome}`) ? sum + count : sum), 0);
  }

  /** The outcomes of the objects of a kind. */
  countsOf(what: ReportSubject) {
    return {
      made: this.count('made', what),
      there: this.count('there', what),
      needed: this.count('needed', what),
      left: this.count('left', what),
      refused: this.count('refused', what),
    };
  }

  /** The same in words, with the word for what was made: `3 moved, 0 already there, 1 left out, 0 refused`. */
  summaryOf(what: ReportSubject, word: string): string {
    const { made, there, needed, left, refused } = this.countsOf(what);
    const again = what === 'token' ? `, ${needed} to be set up again` : '';
    return `${made} ${word}, ${there} already there${again}, ${left} left out, ${refused} refused`;
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
