import { absoluteText, relativeText } from '../parts/time.ts';
import { useConsole } from './context.ts';

/** A moment: how long ago, and exactly when for whoever looks closer. */
export function Timestamp({ at, isExact = false }: { at: number; isExact?: boolean }) {
  const { lang } = useConsole().texts;
  const exact = absoluteText(lang, at);
  return (
    <time datetime={new Date(at).toISOString()} title={exact}>
      {isExact ? exact : relativeText(lang, at, Date.now())}
    </time>
  );
}
