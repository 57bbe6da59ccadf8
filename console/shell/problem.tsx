import { useEffect, useReducer } from 'preact/hooks';
import type { Read } from '../service/query-cache.ts';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { refusalMessage } from './refusal.ts';

/** Explains why something did not load, with a button to retry. */
export function Problem({ read }: { read: Read & { retry(): void } }) {
  const { texts } = useConsole();
  const [, tick] = useReducer((count: number, _: undefined) => count + 1, 0);
  const { problem, again } = read;
  useEffect(() => {
    if (!again) return;
    const timer = setInterval(() => tick(undefined), 1_000);
    return () => clearInterval(timer);
  }, [again]);
  if (!problem) return null;
  const isGone = problem.kind === 'refused' && problem.code.endsWith('_NOT_FOUND');
  const title = problem.kind === 'lost' ? 'lostTitle' : isGone ? 'goneTitle' : undefined;
  const text =
    problem.kind === 'lost'
      ? t('lostText')
      : isGone
        ? t('goneText')
        : again
          ? t('busyText', { seconds: Math.ceil(again.leftMs() / 1_000) })
          : refusalMessage(texts, problem);
  return (
    <div class="problem" role="alert">
      <h2>{title ? t(title) : texts('refusedTitle')}</h2>
      <p>{text}</p>
      {!isGone && (
        <button type="button" class="secondary" onClick={read.retry}>
          {t('retry')}
        </button>
      )}
    </div>
  );
}

/** Placeholder lines, as high as the text that is loading. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, at) => `skeleton-line ${at}`).map((key) => (
        <span key={key} class="skeleton-line" />
      ))}
    </div>
  );
}
