import { useId, useState } from 'preact/hooks';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { Badge } from '../parts/badge.tsx';
import { useConsole } from '../shell/context.ts';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { ownTexts as t } from './i18n.ts';
import { OwnTextEditor, type OwnTextView } from './own-text-editor.tsx';
import type { TabProps } from './resource.ts';

/** Rows of the list at once: there are more than four hundred texts. */
const MAX_ROWS = 40;

/** The texts that users of a resource see: one chosen from a list, and its own text in place of ours. */
export function OwnTexts({ resource }: TabProps) {
  const { texts } = useConsole();
  const [language, setLanguage] = useState(texts.lang);
  const [part, setPart] = useState('');
  const [search, setSearch] = useState('');
  const [key, setKey] = useState<string>();
  const id = useId();
  const path = `resources/${resource.id}/texts?language=${language}`;
  const read = useQuery<{ texts: OwnTextView[] }>(path);
  const all = read.body?.texts ?? [];
  const found = all.filter((one) => isFound(one, part, search.trim().toLowerCase()));
  const chosen = all.find((one) => one.key === key);
  return (
    <div class="looks">
      <section class="panel" aria-labelledby={id}>
        <h2 id={id}>{t('title')}</h2>
        <p class="hint">{t('lead')}</p>
        <div class="own-filters">
          <label>
            <span>{t('language')}</span>
            <select class="input" value={language} onChange={({ currentTarget }) => setLanguage(currentTarget.value)}>
              {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
                <option key={tag} value={tag}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('part')}</span>
            <select class="input" value={part} onChange={({ currentTarget }) => setPart(currentTarget.value)}>
              <option value="">{t('anyPart')}</option>
              <option value="own">{t('ownOnly')}</option>
              {[...new Set(all.map((one) => one.part))].map((one) => (
                <option key={one} value={one}>
                  {t.has(one) ? t(one) : one}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('search')}</span>
            <input
              class="input"
              type="search"
              value={search}
              onInput={({ currentTarget }) => setSearch(currentTarget.value)}
            />
          </label>
        </div>
        {read.problem ? (
          <Problem read={read} />
        ) : !read.body ? (
          <Skeleton lines={8} />
        ) : (
          <ul class="own-texts">
            {found.slice(0, MAX_ROWS).map((one) => (
              <li key={one.key}>
                <button type="button" aria-pressed={one.key === key} onClick={() => setKey(one.key)}>
                  <span lang={language}>{one.own ?? one.inFiles ?? one.ours}</span>
                  <code>{one.key}</code>
                  {one.own !== null ? (
                    <Badge tone="good">{t('own')}</Badge>
                  ) : (
                    one.inFiles !== null && <Badge tone="plain">{t('ofFile')}</Badge>
                  )}
                </button>
              </li>
            ))}
          </ul>
        )}
        {read.body && (
          <p class="hint" role="status">
            {found.length > MAX_ROWS
              ? t('more', { count: found.length, shown: MAX_ROWS })
              : found.length === 0 && t('none')}
          </p>
        )}
      </section>
      {chosen ? (
        <OwnTextEditor
          key={`${language} ${chosen.key} ${chosen.own}`}
          {...{ resource, language, path }}
          text={chosen}
        />
      ) : (
        <section class="panel">
          <p class="muted">{t('choose')}</p>
        </section>
      )}
    </div>
  );
}

function isFound({ key, part, ours, inFiles, own }: OwnTextView, wanted: string, search: string): boolean {
  if (wanted === 'own' ? own === null : wanted !== '' && part !== wanted) return false;
  return search === '' || [key, ours, inFiles ?? '', own ?? ''].some((text) => text.toLowerCase().includes(search));
}
