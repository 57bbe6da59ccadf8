import { useId } from 'preact/hooks';
import { Snippet as Code } from '../parts/copy.tsx';
import { useConsole } from '../shell/context.ts';
import { DemoShop } from './demo-shop.tsx';
import { t } from './i18n.ts';
import type { TabProps } from './resource.ts';
import { BACKENDS, exampleOrigin, fillIn, PAGES, type Snippet } from './snippets.ts';

/** Code examples filled in for this resource. The chosen languages are in the address. */
export function Embed({ resource, version }: TabProps) {
  const { allowedOrigins, allowLocalhost } = resource;
  const known =
    exampleOrigin(allowedOrigins.filter((origin) => origin !== location.origin)) ??
    (allowLocalhost ? 'http://localhost:3000' : undefined);
  const filling = {
    service: location.origin,
    resource: resource.id,
    origin: known ?? 'https://www.example.com',
  };
  return (
    <>
      <p class="head-lead spaced">{t('embedLead')}</p>
      {known === undefined && <p class="strip">{t('exampleOrigin')}</p>}
      <Snippets name="page" title={t('onPage')} text={t('onPageText')} snippets={PAGES} filling={filling} />
      <Snippets name="backend" title={t('inBackend')} text={t('inBackendText')} snippets={BACKENDS} filling={filling} />
      <DemoShop resource={resource} version={version} />
    </>
  );
}

interface SnippetsProps {
  name: string;
  title: string;
  text: string;
  snippets: readonly Snippet[];
  filling: Parameters<typeof fillIn>[1];
}

function Snippets({ name, title, text, snippets, filling }: SnippetsProps) {
  const { address, go, texts } = useConsole();
  const id = useId();
  const wanted = address.query.get(name);
  const chosen = snippets.find(({ language }) => language.toLowerCase() === wanted) ?? snippets[0];
  if (!chosen) return null;
  const choose = (language: string) => {
    const query = new URLSearchParams(address.query);
    query.set(name, language.toLowerCase());
    go(`${address.path}?${query}`, true);
  };
  return (
    <section class="panel code" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="hint">{text}</p>
      <fieldset class="segments">
        <legend class="unseen">{`${title}: ${t('language')}`}</legend>
        {snippets.map(({ language }) => (
          <label key={language}>
            <input
              type="radio"
              class="unseen"
              name={`${id}-language`}
              checked={language === chosen.language}
              onChange={() => choose(language)}
            />
            <span>{language}</span>
          </label>
        ))}
      </fieldset>
      {chosen.needs !== undefined && <p class="hint">{t('installs', { packages: chosen.needs })}</p>}
      <Code
        key={chosen.language}
        texts={texts}
        text={fillIn(chosen.text, filling)}
        what={t('codeFor', { language: chosen.language })}
      />
    </section>
  );
}
