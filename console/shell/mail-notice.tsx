import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';
import type { MailView } from '@countersign/protocol/mail';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { Link } from './link.tsx';
import { useQuery } from './use-query.ts';

/** Above every page, while the service sends no email; until it is hidden on this device. */
export function MailNotice() {
  const { address, preferences, setPreferences } = useConsole();
  const isWanted = preferences.hasMailNotice && address.route !== 'mail';
  const { body } = useQuery<MailView>(isWanted ? 'mail' : undefined);
  if (!isWanted || body?.configured !== false) return null;
  return (
    <aside class="strip mail-notice" aria-label={t('mailNotice')}>
      <span>
        {t('mailNoticeText')} <Link href={CONSOLE_ROUTES.mail[0]}>{t('mailNoticeLink')}</Link>
      </span>
      <button type="button" class="quiet" onClick={() => setPreferences({ hasMailNotice: false })}>
        {t('hide')}
      </button>
    </aside>
  );
}
