import type { KnownPasskeys } from '@countersign/protocol/passkey';
import type { SessionView } from '@countersign/protocol/session';
import { signalPasskeys } from '@countersign/ui/signal-passkeys';
import type { ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TextKey, Texts } from '../i18n/texts.ts';
import { Title } from '../parts/card.tsx';
import type { Client } from '../service/client.ts';
import { RecoveryCodes } from '../sign-in/recovery-codes.tsx';
import { ChangeEmail, ChangePassword, type ChangeProps, RenewCodes, ReplaceToken } from './changes.tsx';
import { AddPasskey, RemovePasskey, RenamePasskey } from './passkeys.tsx';
import { passkeyProofOf } from './use-proof.tsx';

export interface SecurityPageProps {
  client: Client;
  texts: Texts;
  session: SessionView;
  isNext: boolean;
  /** Called after a change to the current session. */
  onChanged(): void;
}

interface Section {
  title: TextKey;
  open: TextKey;
  text(texts: Texts, session: SessionView): string;
  Change: ComponentType<ChangeProps>;
}

const SECTIONS: readonly Section[] = [
  {
    title: 'passwordSection',
    open: 'change',
    text: (texts) => texts('passwordSectionText'),
    Change: ChangePassword,
  },
  {
    title: 'emailSection',
    open: 'change',
    text: (_, { administrator }) => administrator.email,
    Change: ChangeEmail,
  },
  {
    title: 'tokenSection',
    open: 'tokenReplace',
    text: (texts) => texts('tokenSectionText'),
    Change: ReplaceToken,
  },
  {
    title: 'passkeySection',
    open: 'passkeyAdd',
    text: (texts, { isPasskeyRequired }) => texts(isPasskeyRequired ? 'passkeyOnlyText' : 'passkeySectionText'),
    Change: AddPasskey,
  },
  {
    title: 'recoverySection',
    open: 'makeNew',
    text: (texts, { administrator }) => texts('recoverySectionText', { count: administrator.recoveryCodesLeft }),
    Change: RenewCodes,
  },
];

/** Where a passkey is required, token and recovery codes do not sign in. */
function sectionsOf({ isPasskeyRequired }: SessionView): readonly Section[] {
  if (!isPasskeyRequired) return SECTIONS;
  return SECTIONS.filter(({ title }) => title !== 'tokenSection' && title !== 'recoverySection');
}

/** The form that is open, if any: of a section by its title, or of a passkey by its id. */
interface OpenForm {
  section?: TextKey;
  rename?: string;
  remove?: string;
}

/** The administrator's own credentials, with a form to change each. One form is open at a time. */
export function SecurityPage({ client, texts, session, isNext, onChanged }: SecurityPageProps) {
  const [open, setOpen] = useState<OpenForm>({});
  const { email, passkeys } = session.administrator;
  const isLastPasskey = session.isPasskeyRequired && passkeys.length === 1;
  const [outcome, setOutcome] = useState<TextKey>();
  const [codes, setCodes] = useState<string[]>();
  const status = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (outcome !== undefined && codes === undefined) status.current?.focus();
  }, [outcome, codes]);

  // The session is read again after each change, also of the names.
  useEffect(() => {
    client.get<KnownPasskeys>('me/passkeys').then((answer) => answer.kind === 'done' && signalPasskeys(answer.body));
  }, [client, passkeys]);

  if (codes !== undefined) {
    return (
      <>
        <Title isNext>{texts('codesTitle')}</Title>
        <section class="panel narrow">
          <RecoveryCodes codes={codes} texts={texts} onKept={() => setCodes(undefined)} />
        </section>
      </>
    );
  }
  const close = (next?: TextKey) => {
    setOpen({});
    setOutcome(next);
  };
  const openForm = (form: OpenForm) => {
    setOutcome(undefined);
    setOpen(form);
  };
  const change: ChangeProps = {
    client,
    texts,
    username: email,
    passkeys: passkeyProofOf(session),
    onDone(next, recoveryCodes) {
      close(next);
      setCodes(recoveryCodes);
      onChanged();
    },
    onCancel: () => close(),
    onGone: () => close('changeGone'),
  };
  const opener = (label: string, name: string, form: OpenForm) => (
    <button type="button" class="quiet" aria-label={`${label}: ${name}`} onClick={() => openForm(form)}>
      {label}
    </button>
  );
  return (
    <>
      <Title isNext={isNext && outcome === undefined}>{texts('ownSignIn')}</Title>
      <p class="lead">{texts('ownText')}</p>
      <p class={outcome === undefined ? 'unseen' : 'note'} role="status" tabIndex={-1} ref={status}>
        {outcome !== undefined && texts(outcome)}
      </p>
      {sectionsOf(session).map(({ title, open: label, text, Change }) => (
        <section class="panel own" key={title} aria-labelledby={title}>
          <div class="own-head">
            <div class="own-text">
              <h2 id={title}>{texts(title)}</h2>
              <p class="hint close">{text(texts, session)}</p>
            </div>
            {open.section !== title && (
              <button
                type="button"
                class="secondary"
                aria-label={`${texts(title)}: ${texts(label)}`}
                onClick={() => openForm({ section: title })}
              >
                {texts(label)}
              </button>
            )}
          </div>
          {title === 'passkeySection' && passkeys.length > 0 && (
            <ul class="things">
              {passkeys.map(({ id, name }) => (
                <li key={id}>
                  <span>{name}</span>
                  {open.rename !== id && open.remove !== id && (
                    <>
                      {opener(texts('passkeyRename'), name, { rename: id })}
                      {!isLastPasskey && opener(texts('passkeyRemove'), name, { remove: id })}
                    </>
                  )}
                  {open.rename === id && <RenamePasskey id={id} name={name} {...change} />}
                  {open.remove === id && <RemovePasskey id={id} {...change} />}
                </li>
              ))}
            </ul>
          )}
          {open.section === title && <Change {...change} />}
        </section>
      ))}
    </>
  );
}
