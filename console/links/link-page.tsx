import { useEffect, useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { Card, Loading, Message } from '../parts/card.tsx';
import type { FieldSpec } from '../parts/field.tsx';
import { SendingForm, type Values } from '../parts/form.tsx';
import type { LinkRoute } from '../router.ts';
import type { Answer, Client } from '../service/client.ts';
import type { KnownCredentials } from '../sign-in/sign-in.ts';
import { accountOf } from './link-secret.ts';

/** The part of the response to setup, invitation, recovery and reset that the page uses. */
interface LinkResponse {
  email?: string;
  account?: { id: string };
  administrator?: { email: string };
}

interface LinkForm {
  button: 'setupButton' | 'invitationButton' | 'recoveryLinkButton';
  fields(texts: Texts, view: LinkView): FieldSpec[];
}

/** The service's description of a link that has not been used yet. */
interface LinkView {
  name?: string;
}

const newPasswordFields = (texts: Texts): FieldSpec[] => [
  { name: 'password', kind: 'new-password', label: texts('newPassword'), hint: texts('passwordRule') },
  { name: 'again', kind: 'repeat', label: texts('again') },
];
const ownName = (texts: Texts, { name }: LinkView): FieldSpec => ({
  name: 'name',
  kind: 'text',
  label: texts('name'),
  hint: texts('nameHint'),
  autocomplete: 'name',
  ...(name !== undefined && { value: name }),
});

const FORMS: Record<LinkRoute, LinkForm> = {
  setup: {
    button: 'setupButton',
    fields: (texts, view) => [
      {
        name: 'accountName',
        kind: 'text',
        label: texts('accountName'),
        hint: texts('accountNameHint'),
        autocomplete: 'organization',
      },
      ownName(texts, view),
      { name: 'email', kind: 'email', label: texts('email'), hint: texts('emailHint') },
      ...newPasswordFields(texts),
    ],
  },
  invitation: {
    button: 'invitationButton',
    fields: (texts, view) => [
      { name: 'code', kind: 'code', label: texts('confirmationCode'), hint: texts('invitationCodeHint') },
      ownName(texts, view),
      ...newPasswordFields(texts),
    ],
  },
  recovery: {
    button: 'recoveryLinkButton',
    fields: newPasswordFields,
  },
  reset: {
    button: 'recoveryLinkButton',
    fields: newPasswordFields,
  },
};

export interface LinkPageProps {
  client: Client;
  texts: Texts;
  route: LinkRoute;
  /** The part after `#`. It is sent only in the body of the request that uses it. */
  secret: string;
  onAccepted(known: KnownCredentials): void;
}

/** The page for setup, invitation, recovery and reset links. */
export function LinkPage({ client, texts, route, secret, onAccepted }: LinkPageProps) {
  const [isGone, setGone] = useState(false);
  const view = useLinkView(client, route, secret);
  const form = FORMS[route];
  // `recoveryTitle` is the title of a step of the sign-in.
  const name = route === 'recovery' ? 'recoveryLink' : route;
  if (secret === '' || view === 'gone' || isGone) {
    const action = { label: texts('toSignIn'), run: () => onAccepted({}) };
    const text = texts(secret === '' ? 'linkMissing' : `${route}Gone`);
    return <Message texts={texts} title={texts('linkTitle')} text={text} isNext={isGone} action={action} />;
  }
  if (view === undefined) return <Loading texts={texts} />;
  const send = async (values: Values): Promise<Answer<KnownCredentials>> => {
    const language = route === 'setup' ? { language: texts.lang } : {};
    const path = route === 'setup' ? route : `${route}/accept`;
    const answer = await client.send<LinkResponse>('POST', path, { secret, ...values, ...language });
    return answer.kind === 'done' ? { kind: 'done', body: credentialsFrom(answer.body, secret, values) } : answer;
  };
  return (
    <Card texts={texts} title={texts(`${name}Title`)}>
      <p class="lead">{texts(`${name}Text`)}</p>
      <SendingForm<KnownCredentials>
        fields={form.fields(texts, view)}
        button={texts(form.button)}
        texts={texts}
        send={send}
        onRefused={({ code, fields }) => {
          const isLink = isAboutLink(code, fields);
          if (isLink) setGone(true);
          return isLink;
        }}
        onDone={onAccepted}
      />
    </Card>
  );
}

function isAboutLink(code: string, fields: readonly string[]): boolean {
  return code === 'LINK_INVALID' || fields.includes('secret');
}

/**
 * Checks the link before the user fills in a form. Undefined until the response arrives; if the service does not say,
 * the form is shown and reports errors when it is sent.
 */
function useLinkView(client: Client, kind: LinkRoute, secret: string): LinkView | 'gone' | undefined {
  const [view, setView] = useState<LinkView | 'gone'>();
  useEffect(() => {
    if (secret === '') return;
    client.send<LinkView>('POST', 'links/view', { kind, secret }).then((answer) => {
      const isGone = answer.kind === 'refused' && isAboutLink(answer.code, answer.fields);
      setView(isGone ? 'gone' : answer.kind === 'done' ? answer.body : {});
    });
  }, [client, kind, secret]);
  return view;
}

/** Starts the first sign-in with the password just chosen, so that the user need not type it or the address again. */
function credentialsFrom(
  { email, account, administrator }: LinkResponse,
  secret: string,
  { password }: Values,
): KnownCredentials {
  const home = account?.id ?? accountOf(secret);
  const address = administrator?.email ?? email;
  return {
    ...(home !== undefined && { account: home }),
    ...(address !== undefined && { email: address }),
    ...(password !== undefined && { password }),
  };
}
