import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { LANGUAGE_NAMES } from '../i18n/texts.ts';
import { absoluteText } from '../parts/time.ts';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { words } from './words.ts';

type Sending = { kind: 'password' } | { kind: 'enrolment'; resource: ResourceView };

/** Links that go to the person alone: whoever sends them sees neither the link nor what comes of it (SR-41). */
export function SendLinks({ user, mayChange }: { user: User; mayChange: boolean }) {
  const { client, texts, session, notify } = useConsole();
  const { pick, dialog } = usePicker();
  const [sending, setSending] = useState<Sending>();
  const close = () => setSending(undefined);
  const language = {
    name: 'language',
    kind: 'select',
    label: words('mailLanguage'),
    choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
  } as const;
  const why = !mayChange
    ? words('notYours')
    : user.email === undefined
      ? words('noEmail')
      : user.blocked
        ? words('blockedNoMail')
        : undefined;
  const chooseEnrolment = async () => {
    const question = resourcePicker(session, ({ id, enrolment }) =>
      !user.assignments.some(({ resource }) => resource === id)
        ? words('notAssigned')
        : enrolment === null
          ? words('noEnrolment')
          : undefined,
    );
    const resource = await pick({ ...question, title: words('enrolWhere') });
    if (resource) setSending({ kind: 'enrolment', resource });
  };
  return (
    <section class="panel" aria-labelledby="links">
      <h2 id="links">{words('links')}</h2>
      {why !== undefined && <p class="hint">{why}</p>}
      <div class="stack">
        <div>
          <button type="button" class="secondary" disabled={why !== undefined} onClick={chooseEnrolment}>
            {words('sendEnrolment')}
          </button>
          <p class="hint">{words('sendEnrolmentHint')}</p>
        </div>
        <div>
          <button
            type="button"
            class="secondary"
            disabled={why !== undefined}
            onClick={() => setSending({ kind: 'password' })}
          >
            {words(user.hasPassword ? 'sendReset' : 'sendFirst')}
          </button>
          <p class="hint">{words('sendResetHint')}</p>
        </div>
      </div>
      {dialog}
      {sending && (
        <FormDialog<{ expiresAt: number }>
          title={words(sending.kind === 'password' ? 'sendReset' : 'sendEnrolment')}
          text={
            <p>
              {sending.kind === 'password'
                ? words('resetText', user.email ?? '')
                : words('enrolText', user.email ?? '', sending.resource.name)}
            </p>
          }
          inputs={[language]}
          initial={{ language: texts.lang }}
          action={words('send')}
          send={(values) =>
            sending.kind === 'password'
              ? client.send('POST', `users/${user.id}/password-reset`, values)
              : client.send('POST', `users/${user.id}/enrolment-link`, { ...values, resource: sending.resource.id })
          }
          onDone={({ body }) => {
            close();
            notify({ text: words('sent', absoluteText(texts.lang, body.expiresAt)) });
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
