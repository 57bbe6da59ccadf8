import { absoluteText, relativeText } from '../parts/time.ts';
import { useInside } from './context.ts';

/** A moment: how long ago, and exactly when for whoever looks closer. */
export function When({ at, isExact = false }: { at: number; isExact?: boolean }) {
  const { lang } = useInside().texts;
  const exact = absoluteText(lang, at);
  return (
    <time datetime={new Date(at).toISOString()} title={exact}>
      {isExact ? exact : relativeText(lang, at, Date.now())}
    </time>
  );
}
