import { spreadsheetCell } from '@countersign/protocol/spreadsheet-text';
import { USER_COLUMNS } from '@countersign/protocol/user-columns';
import { useRef, useState } from 'preact/hooks';
import { AcceptedColumns } from '../shared/import/accepted-columns.tsx';
import { download, FileChoice } from '../shared/import/file-choice.tsx';
import { ImportProgress, type ImportRow, ImportRows } from '../shared/import/import-rows.tsx';
import { type BatchFailure, runInBatches } from '../shared/import/in-batches.ts';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { USERS } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';
import { acceptedColumns, fieldReasons } from './import-columns.ts';
import type { UserRow, UsersFile } from './read-users.ts';

interface Outcome {
  status: number;
  id?: string;
  code?: string;
  errors?: { path: string; message: string }[];
}
type CheckedFile = Extract<UsersFile, { rows: UserRow[] }> & { file: string };

const CHECK_BATCH = 500;
const CREATE_BATCH = 100;
const MAX_BYTES = 8 * 1024 * 1024;
const EXAMPLE =
  'login,email,firstName,secondName\nmaria,maria@example.com,Maria,Keller\njonas,jonas@example.com,Jonas,Brandt\n';

type Stage =
  | { kind: 'choose' }
  | { kind: 'judging' | 'judged' | 'making' | 'made'; read: CheckedFile }
  | { kind: 'broken'; read: CheckedFile; broken: BatchFailure };

/** Imports users from a CSV file: read in the page, validated by the service, previewed, then created. */
export function ImportUsers() {
  const { client, reads, texts, session, announce } = useConsole();
  const { pick, dialog } = usePicker();
  const [stage, setStage] = useState<Stage>({ kind: 'choose' });
  const [mistake, setMistake] = useState<string>();
  const [resource, setResource] = useState<ResourceView>();
  const [done, setDone] = useState(0);
  const outcomes = useRef(new Map<number, Outcome>());
  const isStopped = useRef(false);
  const once = useRef('');

  const choose = async (file: File) => {
    setMistake(undefined);
    if (file.size > MAX_BYTES) return setMistake(t('importTooLarge', { size: MAX_BYTES / 1024 / 1024 }));
    const { readUsers } = await import('./read-users.ts');
    const read = readUsers(await file.text());
    if ('flaw' in read) return setMistake(flawText(read));
    outcomes.current = new Map();
    once.current = crypto.randomUUID();
    await validate({ ...read, file: file.name });
  };
  const note = (rows: readonly UserRow[]) => (answered: readonly Outcome[], from: number) => {
    for (const [at, outcome] of answered.entries()) {
      const row = rows[from + at];
      if (row) outcomes.current.set(row.line, outcome);
    }
    setDone(from + answered.length);
  };
  const validate = async (read: CheckedFile) => {
    setDone(0);
    isStopped.current = false;
    setStage({ kind: 'judging', read });
    const broken = await runInBatches<UserRow, Outcome>({
      rows: read.rows,
      atOnce: CHECK_BATCH,
      send: (rows) => client.send('POST', 'bulk/users', { rows: rows.map(({ fields }) => fields), dryRun: true }),
      onStep: note(read.rows),
      isStopped: () => isStopped.current,
    });
    if (!broken) {
      announce(t('importReady', { count: good(read).length }));
      return setStage({ kind: 'judged', read });
    }
    setStage({ kind: 'choose' });
    setMistake(broken.answer && refusalMessage(texts, broken.answer));
  };
  const good = (read: CheckedFile) =>
    read.rows.filter(({ line, twice }) => twice === undefined && (outcomes.current.get(line)?.status ?? 500) < 300);
  /**
   * The rows as they were at the start, so that a retry sends the same batches under the same keys and creates nothing
   * twice.
   */
  const making = useRef<readonly UserRow[]>([]);
  const make = async (read: CheckedFile, from = 0) => {
    if (from === 0) making.current = good(read);
    const rows = making.current;
    setDone(from);
    isStopped.current = false;
    setStage({ kind: 'making', read });
    const broken = await runInBatches<UserRow, Outcome>(
      {
        rows,
        atOnce: CREATE_BATCH,
        send: async (some, at) => {
          const key = { 'idempotency-key': `${once.current}-${at}` };
          const response = await client.send<{ rows: Outcome[] }>(
            'POST',
            'bulk/users',
            { rows: some.map(({ fields }) => fields) },
            key,
          );
          if (response.kind !== 'done' || !resource) return response;
          const ids = response.body.rows.flatMap(({ id }) => id ?? []);
          if (ids.length === 0) return response;
          // Repeating an assignment has no effect.
          const access = await client.send<{ rows: Outcome[] }>('POST', 'bulk/assignments', {
            rows: ids.map((user) => ({ resource: resource.id, user })),
          });
          if (access.kind !== 'done') return access;
          const refused = new Map(access.body.rows.flatMap((one, index) => (one.code ? [[ids[index], one]] : [])));
          return { ...response, body: { rows: response.body.rows.map((one) => ({ ...one, ...refused.get(one.id) })) } };
        },
        onStep: note(rows),
        isStopped: () => isStopped.current,
      },
      from,
    );
    reads.changed('users', 'tokens', 'checklist');
    setStage(broken ? { kind: 'broken', read, broken } : { kind: 'made', read });
    if (!broken) announce(t('importMade', { count: madeCount() }));
  };
  const madeCount = () => [...outcomes.current.values()].filter(({ id }) => id !== undefined).length;
  const whyOf = ({ line, twice }: UserRow): string | undefined => {
    if (twice !== undefined) return t('importTwice', { line: twice });
    const outcome = outcomes.current.get(line);
    if (outcome?.code === undefined) return undefined;
    const paths = outcome.errors?.map(({ path }) => path).filter((path) => path !== '') ?? [];
    if (paths.length > 0 && outcome.code === 'INPUT_INVALID') return fieldReasons(outcome.errors ?? []);
    const message = refusalMessage(texts, { kind: 'refused', code: outcome.code, fields: [] });
    const text = paths.length > 0 ? `${paths.join(', ')}: ${message}` : message;
    return outcome.id === undefined ? text : t('importNoAccess', { problem: text });
  };

  const read = stage.kind === 'choose' ? undefined : stage.read;
  const isOver = stage.kind === 'made' || stage.kind === 'broken';
  const rows: ImportRow[] = (read?.rows ?? []).map((row) => {
    const why = whyOf(row);
    const isMade = outcomes.current.get(row.line)?.id !== undefined;
    const text = why ?? t(isMade ? 'importDone' : isOver ? 'importNotYet' : 'importWill');
    return { line: row.line, name: String(row.fields.login ?? ''), isBad: why !== undefined, text };
  });
  const bad = rows.filter(({ isBad }) => isBad);
  const saveBad = () => {
    const lines = new Map(bad.map(({ line, text }) => [line, text]));
    const rows = (read?.rows ?? []).filter(({ line }) => lines.has(line));
    download(
      'not-imported.csv',
      csvOf(rows, (row) => lines.get(row.line) ?? ''),
      'text/csv',
    );
  };
  const total = stage.kind === 'making' ? making.current.length : (read?.rows.length ?? 0);
  return (
    <>
      <PageHead title={t('importTitle')} lead={t('importLead')} back={{ href: USERS, label: t('title') }} />
      {stage.kind === 'choose' && (
        <>
          <FileChoice
            label={t('importChoose')}
            hint={t('importColumns')}
            accept=".csv,.txt,text/csv"
            mistake={mistake}
            onFile={choose}
          />
          <AcceptedColumns columns={acceptedColumns()} />
          <details>
            <summary>{t('importExample')}</summary>
            <pre class="import-example">
              <code>{EXAMPLE}</code>
            </pre>
          </details>
        </>
      )}
      {read && (
        <section class="panel" aria-label={read.file}>
          <h2>{read.file}</h2>
          {read.hasPasswords && <p class="strip warn">{t('importPasswords')}</p>}
          {read.unknown.length > 0 && <p class="strip">{t('importLost', { columns: read.unknown.join(', ') })}</p>}
          {(stage.kind === 'judging' || stage.kind === 'making') && (
            <>
              <ImportProgress
                text={t(stage.kind === 'judging' ? 'importChecking' : 'importMaking')}
                done={done}
                total={total}
              />
              <button
                type="button"
                class="secondary"
                onClick={() => {
                  isStopped.current = true;
                }}
              >
                {t('importStop')}
              </button>
            </>
          )}
          {stage.kind === 'broken' && (
            <p class="strip warn" role="alert">
              {t('importBroken', {
                reason: stage.broken.answer ? refusalMessage(texts, stage.broken.answer) : t('importStopped'),
              })}
            </p>
          )}
          {stage.kind !== 'judging' && stage.kind !== 'making' && (
            <>
              <p class="import-counts">
                <strong>
                  {isOver
                    ? t('importMade', { count: madeCount() })
                    : t('importReady', { count: rows.length - bad.length })}
                </strong>
                {bad.length > 0 && <span>{t('importBad', { count: bad.length })}</span>}
              </p>
              {stage.kind === 'judged' && (
                <div class="for-whom">
                  <p>
                    {t('importResource')} <strong>{resource?.name ?? t('importNowhere')}</strong>
                  </p>
                  <button
                    type="button"
                    class="secondary"
                    onClick={async () => setResource((await pick(resourcePicker(session))) ?? resource)}
                  >
                    {t('importPickResource')}
                  </button>
                </div>
              )}
              <div class="state-acts">
                {stage.kind === 'judged' && rows.length > bad.length && (
                  <button type="button" class="small-primary" onClick={() => make(stage.read)}>
                    {t('importStart', { count: rows.length - bad.length })}
                  </button>
                )}
                {stage.kind === 'broken' && (
                  <button type="button" class="small-primary" onClick={() => make(stage.read, stage.broken.from)}>
                    {t('importAgain')}
                  </button>
                )}
                {stage.kind === 'made' && madeCount() > 0 && (
                  <Link class="small-primary" href={`${USERS}/links`}>
                    {t('manyAfterImport')}
                  </Link>
                )}
                {bad.length > 0 && (
                  <button type="button" class="secondary" onClick={saveBad}>
                    {t('importRejected')}
                  </button>
                )}
                <button type="button" class="secondary" onClick={() => setStage({ kind: 'choose' })}>
                  {t('importOther')}
                </button>
              </div>
              <ImportRows rows={rows} />
            </>
          )}
        </section>
      )}
      {dialog}
    </>
  );
}

function flawText(read: Exclude<UsersFile, { rows: UserRow[] }>): string {
  switch (read.flaw) {
    case 'no-login':
      return t('importNoLogin');
    case 'empty':
      return t('importEmpty');
    case 'too-many':
      return t('importTooMany', { max: read.maxItems });
    case 'unreadable':
      return t('importUnreadable', { line: read.line });
    case 'repeated-column':
      return t('importRepeatedColumn', { column: read.column });
  }
}

const FIELDS = Object.keys(USER_COLUMNS);

/** A CSV file for spreadsheets, with formulas escaped. */
function csvOf(rows: readonly UserRow[], whyOf: (row: UserRow) => string): string {
  const cell = (value: unknown) =>
    spreadsheetCell(typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));
  const lines = rows.map((row) => [...FIELDS.map((name) => row.fields[name]), whyOf(row)].map(cell).join(','));
  return `${[[...FIELDS, 'problem'].join(','), ...lines].join('\r\n')}\r\n`;
}
