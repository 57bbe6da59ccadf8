import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { PAGES } from '../pages.ts';
import type { PageRoute } from '../router.ts';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { injectStyle } from './inject-style.ts';
import { Skeleton } from './problem.tsx';

/** Loads the current page with its texts and style, and shows an error if it fails. */
export function PageOutlet() {
  const { address, texts } = useConsole();
  const { route } = address;
  const { lang } = texts;
  const [loaded, setLoaded] = useState<{ of: PageRoute; Page: ComponentType }>();
  const [lost, setLost] = useState<PageRoute>();
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const module = await PAGES[route].load();
      await module.messages?.load(lang);
      injectStyle(module.style ?? '');
      if (isWanted) setLoaded({ of: route, Page: module.Page });
    };
    load().catch(() => isWanted && setLost(route));
    return () => {
      isWanted = false;
    };
  }, [route, lang]);

  // After a change of language the page stays as it is until its texts have loaded.
  if (loaded?.of === route) {
    const { Page } = loaded;
    return (
      <Boundary key={route}>
        <Page />
      </Boundary>
    );
  }
  // The browser does not fetch a module again that failed to load.
  if (lost === route) return <LoadError title={t('lostTitle')} text={t('lostText')} />;
  return <Spinner key={route} />;
}

/** Shows nothing for a moment, so that a page that loads quickly does not flicker. */
function Spinner() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return isLong ? <Skeleton lines={6} /> : null;
}

function LoadError({ title, text }: { title: string; text: string }) {
  return (
    <div class="problem" role="alert">
      <h1>{title}</h1>
      <p>{text}</p>
      <button type="button" class="secondary" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </div>
  );
}

/** Contains an error of a page, so that the navigation keeps working. */
class Boundary extends Component<{ children: ComponentChildren }, { isBroken: boolean }> {
  override state = { isBroken: false };
  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ isBroken: true });
  }
  override render() {
    return this.state.isBroken ? <LoadError title={t('brokenTitle')} text={t('brokenText')} /> : this.props.children;
  }
}
