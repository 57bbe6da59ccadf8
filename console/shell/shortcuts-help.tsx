import { useMemo } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Switch } from '../parts/switch.tsx';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { usePages } from './navigation.tsx';
import { shortcutTargets } from './use-shortcuts.ts';

/** Lists the keyboard shortcuts, with a switch to turn single keys off. */
export function ShortcutsHelp({ onClose }: { onClose(): void }) {
  const { preferences, setPreferences } = useConsole();
  const pages = usePages();
  const here = useMemo(
    () => shortcutTargets().map((element) => [element.dataset.key ?? '', nameOf(element)] as const),
    [],
  );
  const rows: (readonly [string, string])[] = [
    ['?', t('shortcutHelp')],
    ...here,
    ...pages.map(([, page]) => [`g ${page.key}`, t('shortcutGo', { page: t(page.label) })] as const),
  ];
  return (
    <Dialog title={t('shortcuts')} onClose={onClose}>
      <dl class="keys">
        <div>
          <dt>
            <kbd>Ctrl</kbd> <kbd>K</kbd>
          </dt>
          <dd>{t('shortcutCommands')}</dd>
        </div>
        {rows.map(([keys, what]) => (
          <div key={keys} class={preferences.hasShortcuts ? undefined : 'off'}>
            <dt>
              {keys.split(' ').map((key, at) => (
                <span key={key}>
                  {at > 0 && <span class="keys-then"> {t('shortcutThen')} </span>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t('shortcutsOn')}
        hint={t('shortcutsOnHint')}
        isOn={preferences.hasShortcuts}
        onChange={(hasShortcuts) => setPreferences({ hasShortcuts })}
      />
    </Dialog>
  );
}

function nameOf(element: HTMLElement): string {
  return element.dataset.keyName ?? element.textContent ?? '';
}
