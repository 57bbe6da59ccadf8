import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { absoluteText } from '../parts/time.ts';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';

type LinkKind = { kind: 'password' } | { kind: 'enrolment'; resource: ResourceView };

/** Sends links to the user by email. The administrator sees neither the link nor its result (SR-41). */
export function SendLinks({ user, mayChange }: { user: User; mayChange: boolean }) {
  const { client, texts, session, notify } = useConsole();
  const { pick, dialog } = usePicker();
  const [sending, setSending] = useState<LinkKind>();
  const close = () => setSending(undefined);
  const language = {
    name: 'language',
    kind: 'select',
    label: t('mailLanguage'),
    choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
  } as const;
  const why = !mayChange
    ? t('notYours')
    : user.email === undefined
      ? t('noEmail')
      : user.blocked
        ? t('blockedNoMail')
        : undefined;
  const chooseEnrolment = async () => {
    const question = resourcePicker(session, ({ id, enrolment }) =>
      !user.assignments.some(({ resource }) => resource === id)
        ? t('notAssigned')
        : enrolment === null
          ? t('noEnrolment')
          : undefined,
    );
    const resource = await pick({ ...question, title: t('enrolWhere') });
    if (resource) setSending({ kind: 'enrolment', resource });
  };
  return (
    <section class="panel" aria-labelledby="links">
      <h2 id="links">{t('links')}</h2>
      {why !== undefined && <p class="hint">{why}</p>}
      <div class="stack">
        <div>
          <button type="button" class="secondary" disabled={why !== undefined} onClick={chooseEnrolment}>
            {t('sendEnrolment')}
          </button>
          <p class="hint">{t('sendEnrolmentHint')}</p>
        </div>
        <div>
          <button
            type="button"
            class="secondary"
            disabled={why !== undefined}
            onClick={() => setSending({ kind: 'password' })}
          >
            {t(user.hasPassword ? 'sendReset' : 'sendFirst')}
          </button>
          <p class="hint">{t('sendResetHint')}</p>
        </div>
      </div>
      {dialog}
      {sending && (
        <FormDialog<{ expiresAt: number }>
          title={t(sending.kind === 'password' ? 'sendReset' : 'sendEnrolment')}
          text={
            <p>
              {sending.kind === 'password'
                ? t('resetText', { email: user.email ?? '' })
                : t('enrolText', { email: user.email ?? '', resource: sending.resource.name })}
            </p>
          }
          inputs={[language]}
          initial={{ language: texts.lang }}
          action={t('send')}
          send={(values) =>
            sending.kind === 'password'
              ? client.send('POST', `users/${user.id}/password-reset`, values)
              : client.send('POST', `users/${user.id}/enrolment-link`, { ...values, resource: sending.resource.id })
          }
          onDone={({ body }) => {
            close();
            notify({ text: t('sent', { until: absoluteText(texts.lang, body.expiresAt) }) });
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
