import { useState } from 'preact/hooks';
import type { Answer } from '../service/client.ts';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';

export interface BulkAction<Item> {
  label: string;
  isDanger?: boolean;
  /** Whether the action applies to the item; other items are skipped. */
  isFor?(item: Item): boolean;
  /** Asks for confirmation; false cancels. */
  confirm?(items: readonly Item[]): Promise<boolean>;
  run(item: Item): Promise<Answer>;
  /** Undoes the action for one item. */
  undo?(item: Item): Promise<Answer>;
  onDone(): void;
}

export interface BulkBarProps<Item> {
  items: readonly Item[];
  actions: readonly BulkAction<Item>[];
  nameOf(item: Item): string;
  onDone(): void;
}

/** Actions on the selected items. Sends one request for each item in turn; each may be refused. */
export function BulkBar<Item>({ items, actions, nameOf, onDone }: BulkBarProps<Item>) {
  const { notify, texts } = useConsole();
  const [progress, setProgress] = useState<string>();
  const run = async (action: BulkAction<Item>) => {
    const wanted = items.filter((item) => action.isFor?.(item) ?? true);
    if (wanted.length === 0 || (action.confirm && !(await action.confirm(wanted)))) return;
    const done: Item[] = [];
    const failed: string[] = [];
    for (const item of wanted) {
      setProgress(`${done.length + failed.length} / ${wanted.length}`);
      const answer = await action.run(item);
      if (answer.kind === 'done') done.push(item);
      else failed.push(`${nameOf(item)} (${refusalMessage(texts, answer)})`);
    }
    setProgress(undefined);
    action.onDone();
    onDone();
    const { undo } = action;
    const takeBack = async () => {
      let wrong: string | undefined;
      for (const item of done) {
        const answer = await undo?.(item);
        if (answer && answer.kind !== 'done') wrong ??= refusalMessage(texts, answer);
      }
      action.onDone();
      return wrong;
    };
    const text =
      failed.length === 0
        ? t('bulkDone', { done: done.length })
        : t('bulkSome', { done: done.length, failed: failed.length, reason: failed.slice(0, 3).join(', ') });
    notify({ text, isBad: failed.length > 0, ...(undo && done.length > 0 && { undo: takeBack }) });
  };
  return (
    <div class="bulk" role="toolbar" aria-label={t('selected', { count: items.length })}>
      <p>{t('selected', { count: items.length })}</p>
      {actions.map((action) => (
        <button
          key={action.label}
          type="button"
          class={action.isDanger ? 'secondary danger' : 'secondary'}
          disabled={progress !== undefined || !items.some((item) => action.isFor?.(item) ?? true)}
          onClick={() => run(action)}
        >
          {action.label}
        </button>
      ))}
      <button type="button" class="quiet" onClick={onDone}>
        {t('unselect')}
      </button>
      {progress !== undefined && <p role="status">{progress}</p>}
    </div>
  );
}
