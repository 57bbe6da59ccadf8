import { Snippet } from '../parts/copy.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { AllowOrigin } from './allow-origin.tsx';
import { t } from './i18n.ts';
import { allows, type TabProps } from './resource.ts';
import { fillIn, SHOP } from './snippets.ts';

/** Where the demo shop listens when it is started as described here. */
const SHOP_ORIGIN = 'http://127.0.0.1:8081';

/** Shows how to try this resource's sign-in in the demo shop that comes with the service. */
export function DemoShop({ resource, version }: TabProps) {
  const { session, texts } = useConsole();
  const filling = { service: location.origin, resource: resource.id, origin: SHOP_ORIGIN };
  return (
    <section class="panel code" aria-labelledby="shop">
      <h2 id="shop">{t('shop')}</h2>
      <p class="hint">{t('shopText')}</p>
      <p class="hint">
        {t('shopKey')}{' '}
        {isSuperuser(session) ? <Link href="/console/api-keys/new">{t('shopMakeKey')}</Link> : t('shopAskKey')}
      </p>
      <Snippet texts={texts} text={fillIn(SHOP, filling)} what={t('shop')} />
      <p class="hint">{t('shopWhere', { url: SHOP_ORIGIN })}</p>
      {!allows(resource, SHOP_ORIGIN) && (
        <div class="needs-origin">
          <p>{t('shopOrigin')}</p>
          <AllowOrigin resource={resource} version={version} origin={SHOP_ORIGIN} />
        </div>
      )}
    </section>
  );
}
