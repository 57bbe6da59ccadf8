import { Snippet } from '../parts/copy.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { AllowOrigin } from './allow-origin.tsx';
import { allows, type TabProps } from './resource.ts';
import { fillIn, SHOP } from './snippets.ts';
import { words } from './words.ts';

/** Where the demo shop is, when it is started as it says here. */
const SHOP_ORIGIN = 'http://127.0.0.1:8081';

/** The shortest way to see this resource's sign-in on a site: the shop that comes with the service. */
export function DemoShop({ resource, version }: TabProps) {
  const { session, texts } = useConsole();
  const filling = { service: location.origin, resource: resource.id, origin: SHOP_ORIGIN };
  return (
    <section class="panel code" aria-labelledby="shop">
      <h2 id="shop">{words('shop')}</h2>
      <p class="hint">{words('shopText')}</p>
      <p class="hint">
        {words('shopKey')}{' '}
        {isSuperuser(session) ? <Link href="/console/api-keys/new">{words('shopMakeKey')}</Link> : words('shopAskKey')}
      </p>
      <Snippet texts={texts} text={fillIn(SHOP, filling)} what={words('shop')} />
      <p class="hint">{words('shopWhere', SHOP_ORIGIN)}</p>
      {!allows(resource, SHOP_ORIGIN) && (
        <div class="needs-origin">
          <p>{words('shopOrigin')}</p>
          <AllowOrigin resource={resource} version={version} origin={SHOP_ORIGIN} />
        </div>
      )}
    </section>
  );
}
