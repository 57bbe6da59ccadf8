import { TOKEN_COLUMNS } from '@countersign/protocol/token-columns';
import { IMPORT_KINDS, IMPORT_MAX_BYTES, SEED_ENCODINGS } from '@countersign/protocol/token-import';
import { useRef, useState } from 'preact/hooks';
import type { Input } from '../edit/inputs.ts';
import { InputsList } from '../edit/inputs-list.tsx';
import type { Texts } from '../i18n/texts.ts';
import type { Answer } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { t as shared } from '../shared/i18n.ts';
import { AcceptedColumns } from '../shared/import/accepted-columns.tsx';
import { FileChoice } from '../shared/import/file-choice.tsx';
import type { ImportRow } from '../shared/import/import-rows.tsx';
import { useWizard } from '../shared/import/use-wizard.ts';
import { WizardPage } from '../shared/import/wizard.tsx';
import { TOKENS } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { flaws, isFlaw } from './flaws.ts';
import { t } from './i18n.ts';
import { base64Of, checkTokens, countOf, createTokens, type TokenImport, type TokenOutcome } from './token-import.ts';

type Failed = Exclude<Answer, { kind: 'done' }>;

const FORMATS = {
  pskc: 'formatPskc',
  csv: 'formatCsv',
  otpauth: 'formatOtpauth',
  migration: 'formatMigration',
  app: 'formatApp',
} as const;

const CSV_COLUMNS = Object.values(TOKEN_COLUMNS).map(([name, ...others]) => ({ name, others }));
const NO_OPTIONS: Fields = { password: null, preSharedKey: null, kind: null, seedEncoding: null };

/** Imports tokens from a vendor's file or another app. The whole file is checked before the first token is created. */
export function ImportTokens() {
  const { client, reads, texts, announce } = useConsole();
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState(NO_OPTIONS);
  const content = useRef('');
  const wizard = useWizard<TokenImport>(async (plan, watch, from) => {
    const broken = await createTokens(client, plan, watch, from, () => reads.changed('tokens', 'checklist'));
    if (!broken) announce(shared('importMade', { count: countOf(plan, 'made') }));
    return broken;
  });
  const validate = () =>
    wizard.prepare(async () => {
      const checked = await checkTokens(client, content.current, options);
      if (!('plan' in checked)) return { mistake: importMessage(texts, checked) };
      announce(shared('importReady', { count: countOf(checked.plan, 'importable') }));
      return checked;
    });
  const choose = async (chosen: File) => {
    setFile(chosen);
    // Drop the previous file, so that it is not checked under the new name if the new one is refused.
    content.current = '';
    if (chosen.size > IMPORT_MAX_BYTES) return wizard.choose(flaws('FILE_TOO_LARGE'));
    content.current = await base64Of(chosen);
    await validate();
  };
  const startOver = () => {
    content.current = '';
    setOptions(NO_OPTIONS);
    setFile(undefined);
    wizard.choose();
  };

  const { stage, plan, mistake } = wizard;
  const isOver = stage.kind === 'over';
  const [importable = 0, made = 0, existing = 0, refused = 0] = plan
    ? (['importable', 'made', 'exists', 'refused'] as const).map((outcome) => countOf(plan, outcome))
    : [];
  return (
    <WizardPage
      wizard={wizard}
      head={{ title: t('importTitle'), lead: t('importLead'), back: { href: TOKENS, label: t('title') } }}
      choice={
        <Choice
          file={file}
          mistake={mistake}
          onFile={choose}
          options={options}
          onOptions={setOptions}
          {...(content.current !== '' && { onAgain: validate })}
        />
      }
      title={file?.name ?? ''}
      notes={plan && <Notes {...plan} />}
      progress={
        stage.kind === 'preparing'
          ? { text: t('importChecking') }
          : { text: shared('importMaking'), total: plan?.rows.length ?? 0 }
      }
      brokenText={(reason) => t('importBroken', { reason })}
      messageOf={(refused) => importMessage(texts, refused)}
      main={isOver ? shared('importMade', { count: made }) : shared('importReady', { count: importable })}
      counts={[
        existing > 0 && t('importExists', { count: existing }),
        refused > 0 && shared('importBad', { count: refused }),
      ]}
      acts={[
        stage.kind === 'ready' &&
          importable > 0 && {
            label: shared('importStart', { count: importable }),
            isPrimary: true,
            run: () => wizard.run(stage.plan),
          },
        { label: shared('importOther'), run: startOver },
      ]}
      rows={plan?.rows.map((row) => rowOf(row, isOver))}
    >
      {stage.kind === 'ready' && refused > 0 && importable > 0 && <p class="hint">{t('importPartial')}</p>}
    </WizardPage>
  );
}

function importMessage(texts: Texts, refused: Failed): string {
  const flaw = refused.kind === 'refused' ? refused.detail?.split(':')[0] : undefined;
  return isFlaw(flaw) ? flaws(flaw) : refusalMessage(texts, refused);
}

function Notes({ format, warnings }: TokenImport) {
  return (
    <>
      <p class="hint">{t(FORMATS[format])}</p>
      {warnings.map(({ code }) => (
        <p key={code} class="strip warn">
          {isFlaw(code) ? flaws(code) : code}
        </p>
      ))}
    </>
  );
}

function rowOf({ line, serial = '', outcome, code }: TokenOutcome, isOver: boolean): ImportRow {
  if (outcome === 'refused') {
    return { line, name: serial, isBad: true, text: isFlaw(code) ? flaws(code) : (code ?? '') };
  }
  const texts = { made: 'rowMade', exists: 'rowExists', importable: isOver ? 'rowNotYet' : 'rowImportable' } as const;
  return { line, name: serial, isBad: false, text: t(texts[outcome]) };
}

interface ChoiceProps extends OptionsProps {
  file: File | undefined;
  mistake: string | undefined;
  onFile(file: File): void;
}

function Choice({ file, mistake, onFile, ...options }: ChoiceProps) {
  return (
    <>
      <FileChoice
        label={t('importChoose')}
        hint={file?.name ?? t('importHint')}
        accept=".xml,.pskc,.csv,.txt,.json,.2fas"
        mistake={mistake}
        onFile={onFile}
      />
      <AcceptedColumns columns={CSV_COLUMNS} />
      <details open={file !== undefined}>
        <summary>{t('fileOptions')}</summary>
        <Options {...options} />
      </details>
    </>
  );
}

interface OptionsProps {
  options: Fields;
  onOptions(options: Fields): void;
  onAgain?(): void;
}

/** Settings that a file may not contain. */
function Options({ options, onOptions, onAgain }: OptionsProps) {
  const inputs: Input[] = [
    { name: 'password', kind: 'text', max: 1024, label: t('filePassword'), hint: t('filePasswordHint'), without: '' },
    { name: 'preSharedKey', kind: 'text', max: 200, label: t('fileKey'), hint: t('fileKeyHint'), without: '' },
    {
      name: 'kind',
      kind: 'select',
      label: t('fileKind'),
      without: t('fileKindNone'),
      choices: IMPORT_KINDS.map((value) => ({ value, label: value.toUpperCase() })),
    },
    {
      name: 'seedEncoding',
      kind: 'select',
      label: t('fileEncoding'),
      without: t('fileEncodingNone'),
      choices: SEED_ENCODINGS.map((value) => ({
        value,
        label: value === 'hex' ? t('hexadecimal') : `Base${value.slice(4)}`,
      })),
    },
  ];
  return (
    <form
      class="panel create"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        onAgain?.();
      }}
    >
      <InputsList
        inputs={inputs}
        values={options}
        isReadOnly={false}
        idOf={(name) => `import-${name}`}
        errorOf={() => undefined}
        onChange={(name, value) => onOptions({ ...options, [name]: value })}
      />
      {onAgain && (
        <div class="dialog-actions start">
          <button type="submit" class="small-primary">
            {t('importRetry')}
          </button>
        </div>
      )}
    </form>
  );
}
