import { TOKEN_COLUMNS } from '@countersign/protocol/token-columns';
import { IMPORT_MAX_BYTES, type ImportFormat } from '@countersign/protocol/token-import';
import { useRef, useState } from 'preact/hooks';
import { InputView } from '../edit/input-view.tsx';
import type { Input } from '../edit/inputs.ts';
import type { Answer } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { AcceptedColumns } from '../shared/import/accepted-columns.tsx';
import { FileChoice } from '../shared/import/file-choice.tsx';
import { ImportProgress, type ImportRow, ImportRows } from '../shared/import/import-rows.tsx';
import { TOKENS } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { flaws, isFlaw } from './flaws.ts';
import { t } from './i18n.ts';

interface RowAnswer {
  line: number;
  serial?: string;
  outcome: 'made' | 'exists' | 'importable' | 'refused';
  code?: string;
}
interface CheckedFile {
  format: ImportFormat;
  counts: Record<RowAnswer['outcome'], number>;
  warnings: { code: string }[];
  rows: RowAnswer[];
}

/** Small enough for a quick response. */
const CREATE_BATCH = 250;
const FORMATS = {
  pskc: 'formatPskc',
  csv: 'formatCsv',
  otpauth: 'formatOtpauth',
  migration: 'formatMigration',
  app: 'formatApp',
} as const;

const CSV_COLUMNS = Object.values(TOKEN_COLUMNS).map(([name, ...others]) => ({ name, others }));

type Stage = 'choose' | 'judging' | 'judged' | 'making' | 'broken' | 'made';

/** Imports tokens from a vendor's file or another app. The whole file is checked before the first token is created. */
export function ImportTokens() {
  const { client, reads, texts, announce } = useConsole();
  const [stage, setStage] = useState<Stage>('choose');
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState<Fields>({
    password: null,
    preSharedKey: null,
    kind: null,
    seedEncoding: null,
  });
  const [answer, setAnswer] = useState<CheckedFile>();
  const [mistake, setMistake] = useState<string>();
  const [done, setDone] = useState(0);
  const content = useRef('');
  const isStopped = useRef(false);

  const showRefusal = (refused: Exclude<Answer, { kind: 'done' }>) => {
    const flaw = refused.kind === 'refused' ? refused.detail?.split(':')[0] : undefined;
    setMistake(isFlaw(flaw) ? flaws(flaw) : refusalMessage(texts, refused));
  };
  const post = (more: object) => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== ''));
    return client.send<CheckedFile>('POST', 'token-imports', {
      ...given,
      content: content.current,
      encoding: 'base64',
      ...more,
    });
  };
  const choose = async (chosen: File) => {
    setFile(chosen);
    setAnswer(undefined);
    // Drop the previous file, so that it is not checked under the new name if the new one is refused.
    content.current = '';
    if (chosen.size > IMPORT_MAX_BYTES) return setMistake(flaws('FILE_TOO_LARGE'));
    content.current = await base64Of(chosen);
    await validate();
  };
  const validate = async () => {
    setMistake(undefined);
    setStage('judging');
    const preview = await post({ dryRun: true });
    if (preview.kind !== 'done') {
      showRefusal(preview);
      return setStage('choose');
    }
    setAnswer(preview.body);
    announce(t('importReady', { count: preview.body.counts.importable }));
    setStage('judged');
  };
  const make = async (from: number) => {
    if (!answer) return;
    setMistake(undefined);
    setDone(from);
    setStage('making');
    isStopped.current = false;
    const rows = [...answer.rows];
    for (let at = from; at < rows.length; at += CREATE_BATCH) {
      if (isStopped.current) return setStage('broken');
      const created = await post({ from: at, count: CREATE_BATCH, acceptPartial: true });
      if (created.kind !== 'done') {
        showRefusal(created);
        return setStage('broken');
      }
      rows.splice(at, CREATE_BATCH, ...created.body.rows.slice(at, at + CREATE_BATCH));
      setAnswer({ ...answer, rows: [...rows] });
      setDone(Math.min(at + CREATE_BATCH, rows.length));
      reads.changed('tokens', 'checklist');
    }
    setStage('made');
    announce(t('importMade', { count: rows.filter(({ outcome }) => outcome === 'made').length }));
  };

  const count = (outcome: RowAnswer['outcome']) => answer?.rows.filter((row) => row.outcome === outcome).length ?? 0;
  const isOver = stage === 'made' || stage === 'broken';
  const shown: ImportRow[] = (answer?.rows ?? []).map(({ line, serial = '', outcome, code }) => ({
    line,
    name: serial,
    isBad: outcome === 'refused',
    text:
      outcome === 'refused'
        ? isFlaw(code)
          ? flaws(code)
          : (code ?? '')
        : t(
            outcome === 'made'
              ? 'rowMade'
              : outcome === 'exists'
                ? 'rowExists'
                : isOver
                  ? 'rowNotYet'
                  : 'rowImportable',
          ),
  }));
  const again = () => {
    content.current = '';
    setOptions({ password: null, preSharedKey: null, kind: null, seedEncoding: null });
    setFile(undefined);
    setAnswer(undefined);
    setMistake(undefined);
    setStage('choose');
  };
  return (
    <>
      <PageHead title={t('importTitle')} lead={t('importLead')} back={{ href: TOKENS, label: t('title') }} />
      {stage === 'choose' && (
        <>
          <FileChoice
            label={t('importChoose')}
            hint={file?.name ?? t('importHint')}
            accept=".xml,.pskc,.csv,.txt,.json,.2fas"
            mistake={mistake}
            onFile={choose}
          />
          <AcceptedColumns columns={CSV_COLUMNS} />
          <Options
            isOpen={file !== undefined}
            values={options}
            onChange={setOptions}
            {...(file && content.current !== '' && { onAgain: validate })}
          />
        </>
      )}
      {stage !== 'choose' && file && (
        <section class="panel" aria-label={file.name}>
          <h2>{file.name}</h2>
          {answer && <p class="hint">{t(FORMATS[answer.format])}</p>}
          {answer?.warnings.map(({ code }) => (
            <p key={code} class="strip warn">
              {isFlaw(code) ? flaws(code) : code}
            </p>
          ))}
          {stage === 'judging' && <p role="status">{t('importChecking')}</p>}
          {stage === 'making' && (
            <>
              <ImportProgress text={t('importMaking')} done={done} total={answer?.rows.length ?? 0} />
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
          {stage === 'broken' && (
            <p class="strip warn" role="alert">
              {t('importBroken', { reason: mistake ?? t('importStopped') })}
            </p>
          )}
          {answer && stage !== 'making' && stage !== 'judging' && (
            <>
              <p class="import-counts">
                <strong>
                  {isOver
                    ? t('importMade', { count: count('made') })
                    : t('importReady', { count: count('importable') })}
                </strong>
                {count('exists') > 0 && <span>{t('importExists', { count: count('exists') })}</span>}
                {count('refused') > 0 && <span>{t('importBad', { count: count('refused') })}</span>}
              </p>
              {stage === 'judged' && count('refused') > 0 && count('importable') > 0 && (
                <p class="hint">{t('importPartial')}</p>
              )}
              <div class="state-acts">
                {stage === 'judged' && count('importable') > 0 && (
                  <button type="button" class="small-primary" onClick={() => make(0)}>
                    {t('importStart', { count: count('importable') })}
                  </button>
                )}
                {stage === 'broken' && (
                  <button type="button" class="small-primary" onClick={() => make(done)}>
                    {t('importAgain')}
                  </button>
                )}
                <button type="button" class="secondary" onClick={again}>
                  {t('importOther')}
                </button>
              </div>
              <ImportRows rows={shown} />
            </>
          )}
        </section>
      )}
    </>
  );
}

interface OptionsProps {
  isOpen: boolean;
  values: Fields;
  onChange(values: Fields): void;
  onAgain?(): void;
}

/** Settings that a file may not contain. */
function Options({ isOpen, values, onChange, onAgain }: OptionsProps) {
  const text = (name: string, max: number): Input => ({
    name,
    kind: 'text',
    max,
    label: t(name === 'password' ? 'filePassword' : 'fileKey'),
    hint: t(name === 'password' ? 'filePasswordHint' : 'fileKeyHint'),
    without: '',
  });
  const inputs: Input[] = [
    text('password', 1024),
    text('preSharedKey', 200),
    {
      name: 'kind',
      kind: 'select',
      label: t('fileKind'),
      without: t('fileKindNone'),
      choices: [
        { value: 'totp', label: 'TOTP' },
        { value: 'hotp', label: 'HOTP' },
        { value: 'ocra', label: 'OCRA' },
      ],
    },
    {
      name: 'seedEncoding',
      kind: 'select',
      label: t('fileEncoding'),
      without: t('fileEncodingNone'),
      choices: [
        { value: 'hex', label: t('hexadecimal') },
        { value: 'base32', label: 'Base32' },
        { value: 'base64', label: 'Base64' },
      ],
    },
  ];
  return (
    <details open={isOpen}>
      <summary>{t('fileOptions')}</summary>
      <form
        class="panel create"
        novalidate
        onSubmit={(event) => {
          event.preventDefault();
          onAgain?.();
        }}
      >
        {inputs.map((input) => (
          <InputView
            key={input.name}
            input={input}
            id={`import-${input.name}`}
            value={values[input.name]}
            error={undefined}
            isReadOnly={false}
            isChanged={false}
            onChange={(value) => onChange({ ...values, [input.name]: value })}
          />
        ))}
        {onAgain && (
          <div class="dialog-actions start">
            <button type="submit" class="small-primary">
              {t('importRetry')}
            </button>
          </div>
        )}
      </form>
    </details>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  // `fromCharCode` takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
