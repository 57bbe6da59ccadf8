import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { ADMINISTRATORS, grantsInput, type InvitationResponse, roleInput } from './administrator.tsx';
import { HandOver } from './hand-over.tsx';
import { t } from './i18n.ts';

export function Invite() {
  const { reads, go, notify, texts } = useConsole();
  const { choices, nameOf } = useResourceChoices();
  const [invited, setInvited] = useState<InvitationResponse>();
  const back = { href: ADMINISTRATORS, label: t('title') };
  if (invited?.handOver) {
    return (
      <>
        <PageHead title={invited.administrator.name} back={back} />
        <HandOver {...invited.handOver} onDone={() => go(`${ADMINISTRATORS}/${invited.administrator.id}`, true)} />
      </>
    );
  }
  return (
    <>
      <PageHead title={t('invite')} lead={t('inviteLead')} back={back} />
      <CreateForm<InvitationResponse>
        path="invitations"
        inputs={[
          { name: 'name', kind: 'text', max: 100, label: t('name') },
          {
            name: 'email',
            kind: 'text',
            max: 254,
            label: t('email'),
            check: (text) => (/^\S+@\S+$/.test(text.trim()) ? undefined : t('emailBad')),
          },
          {
            name: 'language',
            kind: 'select',
            label: t('language'),
            choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
          },
          roleInput(),
          grantsInput(choices, nameOf),
        ]}
        initial={{ name: '', email: '', language: texts.lang, role: 'administrator', grants: [] }}
        bodyOf={({ email, ...rest }) => ({ ...rest, email: String(email).trim() })}
        button={t('send')}
        onCreated={({ body }) => {
          reads.changed('administrators');
          if (body.handOver) return setInvited(body);
          notify({ text: t('sent', { email: body.administrator.email }) });
          go(`${ADMINISTRATORS}/${body.administrator.id}`, true);
        }}
        onCancel={() => go(ADMINISTRATORS)}
      />
    </>
  );
}
