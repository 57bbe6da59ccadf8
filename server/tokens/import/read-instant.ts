import { ImportError } from './import-file.ts';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The instant of an `xs:dateTime` with its zone. With `day` also a date, whose end (UTC) is meant, and milliseconds
 * since 1970. Everything else is refused: 01/02/2027 is ambiguous.
 *
 * @throws ImportError
 */
export function instantOf(text: string, also?: 'day'): number {
  if (also === 'day' && /^\d{12,14}$/.test(text)) return Number(text);
  const at = DATE_TIME.test(text)
    ? Date.parse(text)
    : also === 'day' && DAY.test(text)
      ? Date.parse(`${text}T23:59:59.999Z`)
      : Number.NaN;
  if (Number.isNaN(at) || at < 0) throw new ImportError('EXPIRY_INVALID');
  return at;
}
