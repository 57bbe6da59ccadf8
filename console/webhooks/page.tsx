import { types } from '../events/i18n.ts';
import { loadTogether } from '../i18n/page-texts.ts';
import { t as secrets } from '../secrets/i18n.ts';
import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { t as own } from './i18n.ts';
import { NewWebhook } from './new-webhook.tsx';
import { OneWebhook } from './one-webhook.tsx';
import { WebhookList } from './webhook-list.tsx';
import css from './webhooks.css?inline';

export const messages = loadTogether(own, secrets, types);
export const style = css;

/** The page of webhooks. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={own('title')} lead={own('lead')}>
      {page === 'new' ? <NewWebhook /> : id === undefined ? <WebhookList /> : <OneWebhook key={id} id={id} />}
    </SuperusersPage>
  );
}
