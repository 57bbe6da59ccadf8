import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { LANGUAGE_NAMES } from '../i18n/texts.ts';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { ADMINISTRATORS, grantsInput, type InvitationResponse } from './administrator.tsx';
import { HandOver } from './hand-over.tsx';
import { words } from './words.ts';

export function Invite() {
  const { reads, go, notify, texts } = useConsole();
  const { choices, nameOf } = useResourceChoices();
  const [invited, setInvited] = useState<InvitationResponse>();
  const back = { href: ADMINISTRATORS, label: words('title') };
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
      <PageHead title={words('invite')} lead={words('inviteLead')} back={back} />
      <CreateForm<InvitationResponse>
        path="invitations"
        inputs={[
          { name: 'name', kind: 'text', max: 100, label: words('name') },
          {
            name: 'email',
            kind: 'text',
            max: 254,
            label: words('email'),
            check: (text) => (/^\S+@\S+$/.test(text.trim()) ? undefined : words('emailBad')),
          },
          {
            name: 'language',
            kind: 'select',
            label: words('language'),
            choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
          },
          grantsInput(choices, nameOf),
        ]}
        initial={{ name: '', email: '', language: texts.lang, grants: [] }}
        bodyOf={({ email, ...rest }) => ({ ...rest, email: String(email).trim() })}
        button={words('send')}
        onMade={({ body }) => {
          reads.changed('administrators');
          if (body.handOver) return setInvited(body);
          notify({ text: words('sent', body.administrator.email) });
          go(`${ADMINISTRATORS}/${body.administrator.id}`, true);
        }}
        onCancel={() => go(ADMINISTRATORS)}
      />
    </>
  );
}
