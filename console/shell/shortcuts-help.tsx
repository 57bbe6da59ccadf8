import { useMemo } from 'preact/hooks';
import { labelOf } from '../pages.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Switch } from '../parts/switch.tsx';
import { useConsole } from './context.ts';
import { usePages } from './navigation.tsx';
import { isShortcutTarget } from './use-shortcuts.ts';
import { words } from './words.ts';

/** The keys that do something, and the switch to make them do nothing. */
export function ShortcutsHelp({ onClose }: { onClose(): void }) {
  const { preferences, setPreferences, texts } = useConsole();
  const rooms = usePages();
  const here = useMemo(
    () => isShortcutTarget().map((element) => [element.dataset.key ?? '', nameOf(element)] as const),
    [],
  );
  const rows: (readonly [string, string])[] = [
    ['?', words('shortcutHelp')],
    ...here,
    ...rooms.map(([, room]) => [`g ${room.key}`, words('shortcutGo', labelOf(room, texts.lang))] as const),
  ];
  return (
    <Dialog title={words('shortcuts')} onClose={onClose}>
      <dl class="keys">
        <div>
          <dt>
            <kbd>Ctrl</kbd> <kbd>K</kbd>
          </dt>
          <dd>{words('shortcutCommands')}</dd>
        </div>
        {rows.map(([keys, what]) => (
          <div key={keys} class={preferences.hasShortcuts ? undefined : 'off'}>
            <dt>
              {keys.split(' ').map((key, at) => (
                <span key={key}>
                  {at > 0 && <span class="keys-then"> {words('shortcutThen')} </span>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={words('shortcutsOn')}
        hint={words('shortcutsOnHint')}
        isOn={preferences.hasShortcuts}
        onChange={(hasShortcuts) => setPreferences({ hasShortcuts })}
      />
    </Dialog>
  );
}

function nameOf(element: HTMLElement): string {
  return element.dataset.keyName ?? element.textContent ?? '';
}
