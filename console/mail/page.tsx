import type { MailView } from '@countersign/protocol/mail';
import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { Badge } from '../parts/badge.tsx';
import { Snippet } from '../parts/copy.tsx';
import css from '../shared/shared.css?inline';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';

export { t as messages } from './i18n.ts';
export const style = css;

const SETTINGS = `COUNTERSIGN_SMTP_URL=smtps://user:password@mail.example.com:465
COUNTERSIGN_MAIL_FROM=Example sign-in <auth@example.com>`;

/** The page of outgoing mail: whether it works, and a test. */
export function Page() {
  const { session } = useConsole();
  const read = useQuery<MailView>('mail');
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} />
      {read.body ? <State mail={read.body} /> : read.problem ? <Problem read={read} /> : <Skeleton lines={4} />}
      {read.body?.configured === false && <SetUp />}
      {read.body?.configured && isSuperuser(session) && <Test />}
    </>
  );
}

function State({ mail: { configured, lastSuccessAt, lastFailure } }: { mail: MailView }) {
  const isFailing = lastFailure !== undefined && lastFailure.at > (lastSuccessAt ?? 0);
  const state = !configured ? 'off' : isFailing ? 'failing' : lastSuccessAt === undefined ? 'unused' : 'works';
  return (
    <section class="panel" aria-labelledby="mail-state">
      <h2 id="mail-state">
        {t('state')} <Badge tone={state === 'works' ? 'good' : state === 'unused' ? 'plain' : 'warn'}>{t(state)}</Badge>
      </h2>
      <p class="hint">{t(`${state}Text`)}</p>
      {configured && (
        <dl class="facts">
          <div>
            <dt>{t('lastSuccess')}</dt>
            <dd>{lastSuccessAt === undefined ? t('never') : <Timestamp at={lastSuccessAt} />}</dd>
          </div>
          <div>
            <dt>{t('lastFailure')}</dt>
            <dd>
              {lastFailure === undefined ? (
                t('never')
              ) : (
                <>
                  <Timestamp at={lastFailure.at} />: {t(lastFailure.cause)}
                </>
              )}
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}

function SetUp() {
  const { texts } = useConsole();
  return (
    <section class="panel" aria-labelledby="mail-set-up">
      <h2 id="mail-set-up">{t('setUp')}</h2>
      <p class="hint">{t('setUpText')}</p>
      <Snippet texts={texts} text={SETTINGS} what={t('settings')} />
    </section>
  );
}

function Test() {
  const { client, reads, texts, session, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="panel" aria-labelledby="mail-test">
      <h2 id="mail-test">{t('test')}</h2>
      <p class="hint">{t('testText')}</p>
      <div class="dialog-actions start">
        <button type="button" class="secondary" onClick={() => setOpen(true)}>
          {t('testSend')}
        </button>
      </div>
      {isOpen && (
        <FormDialog<{ to: string }>
          title={t('testSend')}
          inputs={[
            {
              name: 'to',
              kind: 'text',
              max: 254,
              label: t('to'),
              check: (text) => (/^\S+@\S+$/.test(text.trim()) ? undefined : t('toBad')),
            },
            {
              name: 'language',
              kind: 'select',
              label: t('language'),
              choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
            },
          ]}
          initial={{ to: session.administrator.email, language: texts.lang }}
          action={t('testSend')}
          send={async ({ to, ...rest }) => {
            const answer = await client.send<{ to: string }>('POST', 'mail/test', { ...rest, to: String(to).trim() });
            reads.changed('mail');
            return answer;
          }}
          onDone={({ body }) => {
            setOpen(false);
            notify({ text: t('testSent', { to: body.to }) });
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
