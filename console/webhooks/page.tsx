import { types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { words as secrets } from '../secrets/words.ts';
import { useConsole } from '../shell/context.ts';
import { SuperusersPage } from '../shell/superusers-page.tsx';
import { NewWebhook } from './new-webhook.tsx';
import { OneWebhook } from './one-webhook.tsx';
import { WebhookList } from './webhook-list.tsx';
import css from './webhooks.css?inline';
import { words as own } from './words.ts';

export const words = together(own, secrets, types);
export const style = css;

/** Who is told of what happens. */
export function Page() {
  const { page, id } = useConsole().address.params;
  return (
    <SuperusersPage title={own('title')} lead={own('lead')}>
      {page === 'new' ? <NewWebhook /> : id === undefined ? <WebhookList /> : <OneWebhook key={id} id={id} />}
    </SuperusersPage>
  );
}
