import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { absoluteText } from '../parts/time.ts';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { type HandedLink, LinkCard } from '../shared/links/link-card.tsx';
import { useHandsOver } from '../shared/links/use-mail.ts';
import { type ResourceView, resourcePicker } from '../shared/pickers/pick-resource.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import type { User } from '../shared/user.ts';
import { canHelpOn, useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';

/** A link to be sent, once the administrator confirms. */
export type LinkOrder =
  | { kind: 'password' }
  | { kind: 'enrolment' | 'unlock'; resource: Pick<ResourceView, 'id' | 'name'> };

export interface SendLinksProps {
  user: User;
  mayChange: boolean;
  order: LinkOrder | undefined;
  onOrder(order: LinkOrder | undefined): void;
}

/**
 * Sends links to the user by email: the administrator sees neither the link nor its result (SR-41). Where no email
 * reaches the user, the administrator gets the link once, to hand it over.
 */
export function SendLinks({ user, mayChange, order, onOrder: setOrder }: SendLinksProps) {
  const { client, texts, session, notify } = useConsole();
  const { pick, dialog } = usePicker();
  const [handed, setHanded] = useState<HandedLink>();
  const handsOver = useHandsOver(user);
  const tokens = useTokensOf(user.id).body?.items ?? [];
  const close = () => setOrder(undefined);
  const language = {
    name: 'language',
    kind: 'select',
    label: t(handsOver ? 'pageLanguage' : 'mailLanguage'),
    choices: Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label })),
    without: t('resourceLanguage'),
  } as const;
  const why = !mayChange ? t('notYours') : user.blocked ? t('blockedNoMail') : undefined;
  const choose = (kind: 'enrolment' | 'unlock') => async () => {
    const whyNot = ({ id, enrolment }: ResourceView) =>
      !user.assignments.some(({ resource }) => resource === id)
        ? t('notAssigned')
        : enrolment === null
          ? t('noEnrolment')
          : kind === 'unlock' && !('unlockByMail' in enrolment && enrolment.unlockByMail === true)
            ? t('noUnlock')
            : undefined;
    const question = resourcePicker(session, whyNot, canHelpOn);
    const resource = await pick({ ...question, title: t(kind === 'unlock' ? 'unlockWhere' : 'enrolWhere') });
    if (resource) setOrder({ kind, resource });
  };
  if (handed) return <LinkCard {...handed} login={user.login} onDone={() => setHanded(undefined)} />;
  const offer = (label: string, hint: string, onClick: () => void) => (
    <div>
      <button type="button" class="secondary" disabled={why !== undefined} onClick={onClick}>
        {label}
      </button>
      <p class="hint">{hint}</p>
    </div>
  );
  const passwordLabel = t(user.hasPassword ? 'sendReset' : 'sendFirst');
  const handHint = t(user.hasPassword ? 'handResetHint' : 'handFirstHint');
  return (
    <section class="panel" aria-labelledby="links">
      <h2 id="links">{t(handsOver ? 'linksByHand' : 'links')}</h2>
      {why !== undefined && <p class="hint">{why}</p>}
      {handsOver && <p class="hint">{t(user.email === undefined ? 'noEmail' : 'noMail')}</p>}
      <div class="stack">
        {offer(t('sendEnrolment'), t('sendEnrolmentHint'), choose('enrolment'))}
        {offer(passwordLabel, handsOver ? handHint : t('sendResetHint'), () => setOrder({ kind: 'password' }))}
        {handsOver &&
          tokens.some(({ locked }) => locked?.reason === 'otp-failures') &&
          offer(t('sendUnlock'), t('sendUnlockHint'), choose('unlock'))}
      </div>
      {dialog}
      {order && (
        <FormDialog<{ expiresAt: number; link?: string }>
          title={labelOf(order, passwordLabel)}
          text={<p>{textOf(order, user, handsOver)}</p>}
          inputs={[language]}
          initial={{ language: null }}
          action={t(handsOver ? 'makeLink' : 'send')}
          send={({ language }) => {
            const values = language === null ? {} : { language };
            const on = order.kind === 'password' ? {} : { resource: order.resource.id };
            if (handsOver)
              return client.send('POST', 'links', {
                user: user.id,
                kind: order.kind,
                delivery: 'hand-over',
                ...values,
                ...on,
              });
            const path = order.kind === 'password' ? 'password-reset' : 'enrolment-link';
            return client.send('POST', `users/${user.id}/${path}`, { ...values, ...on });
          }}
          onDone={({ body: { link, expiresAt } }) => {
            close();
            if (link !== undefined) return setHanded({ link, expiresAt });
            notify({ text: t('sent', { until: absoluteText(texts.lang, expiresAt) }) });
          }}
          onClose={close}
        />
      )}
    </section>
  );
}

function labelOf(order: LinkOrder, password: string): string {
  if (order.kind === 'password') return password;
  return t(order.kind === 'unlock' ? 'sendUnlock' : 'sendEnrolment');
}

function textOf(order: LinkOrder, { login, email = '' }: User, handsOver: boolean): string {
  if (handsOver) return t('handText', { login });
  return order.kind === 'password'
    ? t('resetText', { email })
    : t('enrolText', { email, resource: order.resource.name });
}
