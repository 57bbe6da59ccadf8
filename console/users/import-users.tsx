import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { t as shared } from '../shared/i18n.ts';
import { AcceptedColumns } from '../shared/import/accepted-columns.tsx';
import { download, FileChoice } from '../shared/import/file-choice.tsx';
import type { ImportRow } from '../shared/import/import-rows.tsx';
import { useWizard } from '../shared/import/use-wizard.ts';
import { WizardPage } from '../shared/import/wizard.tsx';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { USERS } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { ForResource } from './for-resource.tsx';
import { t } from './i18n.ts';
import { acceptedColumns, fieldReasons } from './import-columns.ts';
import type { UserRow, UsersFile } from './read-users.ts';
import { checkUsers, createdCount, createUsers, rejectedCsv, type UserImport } from './user-import.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const EXAMPLE =
  'login,email,firstName,secondName\nmaria,maria@example.com,Maria,Keller\njonas,jonas@example.com,Jonas,Brandt\n';

/** Imports users from a CSV file: read in the page, validated by the service, previewed, then created. */
export function ImportUsers() {
  const { client, reads, texts, session, announce } = useConsole();
  const [resource, setResource] = useState<ResourceView>();
  const wizard = useWizard<UserImport>(async (plan, watch, from) => {
    const broken = await createUsers(client, plan, resource?.id, watch, from);
    reads.changed('users', 'tokens', 'checklist');
    if (!broken) announce(shared('importMade', { count: createdCount(plan) }));
    return broken;
  });
  const choose = async (chosen: File) => {
    wizard.choose();
    if (chosen.size > MAX_BYTES) return wizard.choose(t('importTooLarge', { size: MAX_BYTES / 1024 / 1024 }));
    const { readUsers } = await import('./read-users.ts');
    const file = readUsers(await chosen.text());
    if ('flaw' in file) return wizard.choose(flawText(file));
    const read = { ...file, name: chosen.name, outcomes: new Map(), creatable: [], once: crypto.randomUUID() };
    await wizard.prepare(async (watch) => {
      const checked = await checkUsers(client, read, watch);
      if ('from' in checked) return { mistake: checked.answer && refusalMessage(texts, checked.answer) };
      announce(shared('importReady', { count: checked.plan.creatable.length }));
      return checked;
    }, read);
  };

  const { stage, plan, mistake } = wizard;
  const isOver = stage.kind === 'over';
  const rows = plan ? rowsOf(plan, isOver, texts) : [];
  const bad = rows.filter(({ isBad }) => isBad);
  const [creatable, created] = plan ? [plan.creatable.length, createdCount(plan)] : [0, 0];
  return (
    <WizardPage
      wizard={wizard}
      head={{ title: t('importTitle'), lead: t('importLead'), back: { href: USERS, label: t('title') } }}
      choice={<Choice mistake={mistake} onFile={choose} />}
      title={plan?.name ?? ''}
      notes={plan && <Notes {...plan} />}
      progress={
        stage.kind === 'preparing'
          ? { text: t('importChecking'), total: rows.length }
          : { text: shared('importMaking'), total: creatable }
      }
      brokenText={(reason) => t('importBroken', { reason })}
      main={isOver ? shared('importMade', { count: created }) : shared('importReady', { count: creatable })}
      counts={[bad.length > 0 && shared('importBad', { count: bad.length })]}
      acts={[
        stage.kind === 'ready' &&
          creatable > 0 && {
            label: shared('importStart', { count: creatable }),
            isPrimary: true,
            run: () => wizard.run(stage.plan),
          },
        stage.kind === 'over' &&
          !stage.broken &&
          created > 0 && { label: t('manyAfterImport'), isPrimary: true, href: `${USERS}/links` },
        plan !== undefined && bad.length > 0 && { label: t('importRejected'), run: () => saveRejected(plan, bad) },
        { label: shared('importOther'), run: wizard.choose },
      ]}
      rows={rows}
    >
      {stage.kind === 'ready' && (
        <ForResource
          label={t('importResource')}
          resource={resource}
          without={t('importNowhere')}
          picker={resourcePicker(session)}
          onPick={setResource}
        />
      )}
    </WizardPage>
  );
}

function Choice({ mistake, onFile }: { mistake: string | undefined; onFile(file: File): void }) {
  return (
    <>
      <FileChoice
        label={t('importChoose')}
        hint={t('importColumns')}
        accept=".csv,.txt,text/csv"
        mistake={mistake}
        onFile={onFile}
      />
      <AcceptedColumns columns={acceptedColumns()} />
      <details>
        <summary>{t('importExample')}</summary>
        <pre class="import-example">
          <code>{EXAMPLE}</code>
        </pre>
      </details>
    </>
  );
}

function Notes({ hasPasswords, unknown }: UserImport) {
  return (
    <>
      {hasPasswords && <p class="strip warn">{t('importPasswords')}</p>}
      {unknown.length > 0 && <p class="strip">{t('importLost', { columns: unknown.join(', ') })}</p>}
    </>
  );
}

function rowsOf({ rows, outcomes }: UserImport, isOver: boolean, texts: Texts): ImportRow[] {
  return rows.map((row) => {
    const { line, fields } = row;
    const isCreated = outcomes.get(line)?.id !== undefined;
    const problem = problemOf(row, outcomes, texts);
    const text = problem ?? t(isCreated ? 'importDone' : isOver ? 'importNotYet' : 'importWill');
    return { line, name: String(fields.login ?? ''), isBad: problem !== undefined, text };
  });
}

function problemOf({ line, twice }: UserRow, outcomes: UserImport['outcomes'], texts: Texts): string | undefined {
  if (twice !== undefined) return t('importTwice', { line: twice });
  const { id, code, errors = [] } = outcomes.get(line) ?? {};
  if (code === undefined) return undefined;
  const paths = errors.map(({ path }) => path).filter((path) => path !== '');
  if (paths.length > 0 && code === 'INPUT_INVALID') return fieldReasons(errors);
  const message = refusalMessage(texts, { kind: 'refused', code, fields: [] });
  const text = paths.length > 0 ? `${paths.join(', ')}: ${message}` : message;
  return id === undefined ? text : t('importNoAccess', { problem: text });
}

function saveRejected(plan: UserImport, bad: readonly ImportRow[]): void {
  const problems = new Map(bad.map(({ line, text }) => [line, text]));
  download('not-imported.csv', rejectedCsv(plan, problems), 'text/csv');
}

function flawText(file: Exclude<UsersFile, { rows: UserRow[] }>): string {
  switch (file.flaw) {
    case 'no-login':
      return t('importNoLogin');
    case 'empty':
      return t('importEmpty');
    case 'too-many':
      return t('importTooMany', { max: file.maxItems });
    case 'unreadable':
      return t('importUnreadable', { line: file.line });
    case 'repeated-column':
      return t('importRepeatedColumn', { column: file.column });
  }
}
