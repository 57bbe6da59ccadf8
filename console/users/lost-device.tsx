import type { Replacement } from '@countersign/protocol/users';
import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { choicesOf } from '../edit/inputs.ts';
import { absoluteText } from '../parts/time.ts';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { useHandsOver } from '../shared/links/use-mail.ts';
import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { t } from './i18n.ts';

/** Reports a lost device in one act. The dialog lists what happens, in its order. */
export function LostDevice({ user }: { user: User }) {
  const { client, reads, texts, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const isWithoutMail = useHandsOver(user);
  const devices = (useTokensOf(user.id).body?.items ?? []).filter(({ kind }) => kind !== 'recovery');
  const ways = choicesOf<Replacement>({
    permission: { label: t('lostPermission'), hint: t('lostPermissionHint') },
    link: { label: t('lostLink'), hint: t('lostLinkHint', { email: user.email ?? '' }) },
  });
  return (
    <section class="panel" aria-labelledby="lost">
      <h2 id="lost">{t('lostDevice')}</h2>
      <div class="stack">
        <div>
          {devices.length > 0 && (
            <button type="button" class="secondary" onClick={() => setOpen(true)}>
              {t('lostReport')}
            </button>
          )}
          <p class="hint">{t(devices.length === 0 ? 'lostNone' : 'lostHint')}</p>
        </div>
      </div>
      {isOpen && (
        <FormDialog<{ tokens: readonly string[]; expiresAt: number }>
          title={t('lostTitle', { login: quoted(user.login) })}
          text={
            <>
              <p>{t('lostOrder')}</p>
              <ol>
                <li>{t('lostOff', { count: devices.length, names: devices.map(({ name }) => name).join(', ') })}</li>
                <li>{t('lostTrust')}</li>
                <li>{t('lostWay')}</li>
                <li>{t(isWithoutMail ? 'lostNoMail' : 'lostMail')}</li>
                <li>{t('lostEvent')}</li>
              </ol>
            </>
          }
          inputs={[
            {
              name: 'replacement',
              kind: 'one-of',
              label: t('lostHow'),
              choices: isWithoutMail || user.blocked ? ways.slice(0, 1) : ways,
            },
          ]}
          initial={{ replacement: 'permission' }}
          action={t('lostReport')}
          send={({ replacement }) => client.send('POST', `users/${user.id}/lost-device`, { replacement })}
          onDone={({ body: { tokens, expiresAt } }) => {
            setOpen(false);
            reads.changed('tokens', 'users');
            const until = absoluteText(texts.lang, expiresAt);
            notify({ text: t('lostDone', { count: tokens.length, until }) });
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
