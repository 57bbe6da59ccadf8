import { spreadsheetCell } from '@countersign/protocol/spreadsheet-text';
import { USER_COLUMNS } from '@countersign/protocol/user-columns';
import type { Client } from '../service/client.ts';
import { type BatchFailure, runInBatches } from '../shared/import/in-batches.ts';
import type { Watch } from '../shared/import/use-wizard.ts';
import type { UserRow, UsersFile } from './read-users.ts';

/** What the service said of a row, as in the API. */
export interface UserOutcome {
  status: number;
  id?: string;
  code?: string;
  errors?: { path: string; message: string }[];
}

type ReadFile = Extract<UsersFile, { rows: UserRow[] }>;

/** A file of users that was read, and the outcomes of its rows by line. They grow. */
export interface UserImport extends ReadFile {
  name: string;
  outcomes: Map<number, UserOutcome>;
  /**
   * The rows that the check found good: a retry sends the same batches under the same keys and creates nothing twice.
   */
  creatable: readonly UserRow[];
  once: string;
}

const CHECK_BATCH = 500;
const CREATE_BATCH = 100;

/** Lets the service check every row, without creating anything. */
export async function checkUsers(
  client: Client,
  plan: UserImport,
  watch: Watch,
): Promise<{ plan: UserImport } | BatchFailure> {
  const { rows } = plan;
  const broken = await runInBatches<UserRow, UserOutcome>({
    rows,
    atOnce: CHECK_BATCH,
    send: (some) => client.send('POST', 'bulk/users', { rows: some.map(({ fields }) => fields), dryRun: true }),
    onStep: noteOutcomes(plan, rows, watch),
    isStopped: watch.isStopped,
  });
  if (broken) return broken;
  const isGood = ({ line, twice }: UserRow) => twice === undefined && (plan.outcomes.get(line)?.status ?? 500) < 300;
  return { plan: { ...plan, creatable: rows.filter(isGood) } };
}

/**
 * Creates the users, and gives each access to the resource.
 *
 * @param from the row to go on with
 */
export function createUsers(
  client: Client,
  plan: UserImport,
  resource: string | undefined,
  watch: Watch,
  from: number,
): Promise<BatchFailure | undefined> {
  const create = {
    rows: plan.creatable,
    atOnce: CREATE_BATCH,
    async send(some: readonly UserRow[], at: number) {
      const key = { 'idempotency-key': `${plan.once}-${at}` };
      const rows = some.map(({ fields }) => fields);
      const response = await client.send<{ rows: UserOutcome[] }>('POST', 'bulk/users', { rows }, key);
      if (response.kind !== 'done' || resource === undefined) return response;
      const ids = response.body.rows.flatMap(({ id }) => id ?? []);
      if (ids.length === 0) return response;
      // Repeating an assignment has no effect.
      const access = await client.send<{ rows: UserOutcome[] }>('POST', 'bulk/assignments', {
        rows: ids.map((user) => ({ resource, user })),
      });
      if (access.kind !== 'done') return access;
      const refused = new Map(access.body.rows.flatMap((one, index) => (one.code ? [[ids[index], one]] : [])));
      return { ...response, body: { rows: response.body.rows.map((one) => ({ ...one, ...refused.get(one.id) })) } };
    },
    onStep: noteOutcomes(plan, plan.creatable, watch),
    isStopped: watch.isStopped,
  };
  return runInBatches<UserRow, UserOutcome>(create, from);
}

function noteOutcomes({ outcomes }: UserImport, rows: readonly UserRow[], watch: Watch) {
  return (answered: readonly UserOutcome[], from: number) => {
    for (const [at, outcome] of answered.entries()) {
      const row = rows[from + at];
      if (row) outcomes.set(row.line, outcome);
    }
    watch.onStep(from + answered.length);
  };
}

export function createdCount({ outcomes }: UserImport): number {
  return [...outcomes.values()].filter(({ id }) => id !== undefined).length;
}

const FIELDS = Object.keys(USER_COLUMNS);

/** These rows of the file with what is wrong with them, as a CSV file for spreadsheets, with formulas escaped. */
export function rejectedCsv({ rows }: UserImport, problems: ReadonlyMap<number, string>): string {
  const cell = (value: unknown) =>
    spreadsheetCell(typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));
  const lines = rows
    .filter(({ line }) => problems.has(line))
    .map(({ line, fields }) => [...FIELDS.map((name) => fields[name]), problems.get(line)].map(cell).join(','));
  return `${[[...FIELDS, 'problem'].join(','), ...lines].join('\r\n')}\r\n`;
}
