import { absoluteText, relativeText } from '../parts/time.ts';
import { useConsole } from './context.ts';

/** A relative time, with the exact time on hover. */
export function Timestamp({ at, isExact = false }: { at: number; isExact?: boolean }) {
  const { lang } = useConsole().texts;
  const exact = absoluteText(lang, at);
  return (
    <time datetime={new Date(at).toISOString()} title={exact}>
      {isExact ? exact : relativeText(lang, at, Date.now())}
    </time>
  );
}
