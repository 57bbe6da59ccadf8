import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useState } from 'preact/hooks';
import type { Answer } from '../service/client.ts';
import { canActOn, useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { ownTexts as t } from './i18n.ts';
import type { Resource } from './resource.ts';

/** A text of the API's list. */
export interface OwnTextView {
  key: string;
  part: string;
  variables: readonly string[];
  ours: string;
  /** Of the operator's files. */
  inFiles: string | null;
  own: string | null;
}

interface Preview {
  text: string;
  mail?: { subject: string };
  sms?: { alphabet: 'gsm' | 'ucs2'; length: number; segments: number };
}

interface OwnTextEditorProps {
  resource: Resource;
  language: string;
  /** Of the list that has the text. */
  path: string;
  text: OwnTextView;
}

/** One text of a resource, as it is and as it shall be. */
export function OwnTextEditor({ resource, language, path, text }: OwnTextEditorProps) {
  const { client, reads, session, texts, notify } = useConsole();
  const [typed, setTyped] = useState(text.own ?? text.inFiles ?? text.ours);
  const [preview, setPreview] = useState<Preview>();
  const [mistake, setMistake] = useState<string>();
  const id = useId();
  const mayChange = canActOn(session, resource.id);
  const base = `resources/${resource.id}/texts`;
  const values = text.variables.map((name) => `{${name}}`).join(', ');
  const refuse = (answer: Exclude<Answer, { kind: 'done' }>) => {
    const isBad = answer.kind === 'refused' && answer.code === 'INPUT_INVALID';
    const rules = [values ? t('badValues', { values }) : t('bad'), ...(text.part === 'sms' ? [t('badSms')] : [])];
    setMistake(isBad ? rules.join(' ') : refusalMessage(texts, answer));
    setPreview(undefined);
  };
  const show = async () => {
    const answer = await client.send<Preview>('POST', `${base}/preview`, { language, key: text.key, text: typed });
    if (answer.kind !== 'done') return refuse(answer);
    setMistake(undefined);
    setPreview(answer.body);
  };
  const save = async (own: string | null) => {
    const answer = await client.send('PATCH', base, { language, texts: { [text.key]: own } });
    if (answer.kind !== 'done') return refuse(answer);
    setMistake(undefined);
    reads.again(path);
    notify({ text: own === null ? t('taken') : t('saved') });
  };
  return (
    <section class="panel preview" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        <code>{text.key}</code>
      </h2>
      <p class="hint">{t('ours')}</p>
      <p lang={language}>{text.ours}</p>
      {text.inFiles !== null && (
        <>
          <p class="hint">{t('inFiles')}</p>
          <p lang={language}>{text.inFiles}</p>
        </>
      )}
      <form
        class="own-text-editor"
        onSubmit={(event) => {
          event.preventDefault();
          void save(typed);
        }}
      >
        <label class="label" for={id}>
          {t('yours')}
        </label>
        <textarea
          class="input"
          id={id}
          rows={4}
          lang={language}
          maxLength={600}
          value={typed}
          readOnly={!mayChange}
          aria-invalid={mistake ? 'true' : undefined}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
            // It shows another text.
            setPreview(undefined);
          }}
        />
        <p class="hint" id={`${id}-hint`}>
          {values ? t('values', { values }) : t('noValues')}
        </p>
        <Alert>{mistake}</Alert>
        <div class="dialog-actions start">
          {mayChange && (
            <button type="submit" class="small-primary">
              {t('save')}
            </button>
          )}
          <button type="button" class="secondary" onClick={show}>
            {t('preview')}
          </button>
          {mayChange && text.own !== null && (
            <button type="button" class="secondary" onClick={() => save(null)}>
              {t('reset')}
            </button>
          )}
        </div>
      </form>
      <div role="status">
        {preview && (
          <>
            {preview.mail && (
              <p lang={language}>
                <b>{preview.mail.subject}</b>
              </p>
            )}
            <pre class="own-preview" lang={language}>
              {preview.text}
            </pre>
            {preview.sms && (
              <p class="hint">
                {t('segments', { count: preview.sms.segments, length: preview.sms.length })}
                {preview.sms.alphabet === 'ucs2' && ` ${t('ucs2')}`}
              </p>
            )}
          </>
        )}
      </div>
    </section>
  );
}
