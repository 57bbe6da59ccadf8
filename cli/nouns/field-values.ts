import { Misuse } from '../connection/service.ts';
import type { Field } from './noun.ts';

/**
 * What a flag's text means in the body of a request. `none` empties a field that can be empty.
 *
 * @throws Misuse when it is not of the field's type
 */
export function fieldValue(field: Field, text: string): unknown {
  switch (field.type) {
    case 'text':
    case 'secret':
      return text === 'none' && field.type === 'text' ? null : text;
    case 'list':
      return text === '' || text === 'none' ? [] : text.split(',').map((one) => one.trim());
    case 'number': {
      const number = Number(text);
      if (text.trim() === '' || !Number.isFinite(number)) throw new Misuse(`--${field.flag}: not a number`);
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new Misuse(`--${field.flag}: true or false`);
      return text === 'true';
    case 'time': {
      if (text === 'none') return null;
      const at = Date.parse(text);
      if (Number.isNaN(at)) throw new Misuse(`--${field.flag}: not a date`);
      return at;
    }
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw new Misuse(`--${field.flag}: not JSON`);
      }
  }
}

/** commander's name for a flag: `first-name` is `firstName`. */
export function optionName(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
