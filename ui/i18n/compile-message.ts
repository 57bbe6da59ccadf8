import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import type { Argument, Message } from './message.ts';

/** From U+2068 to U+2069 text has a writing direction of its own (UAX 9). */
const ISOLATED = (argument: Argument) => ['\u2068', argument, '\u2069'];

/**
 * Compiles an ICU message with arguments and plurals. A value in a sentence from right to left is kept apart from the
 * words around it: the end of a phone number stays its end.
 *
 * @throws Error for what is no ICU message, or has parts of another kind
 */
export function compileMessage(text: string, direction: 'ltr' | 'rtl'): Message {
  return compile(parse(text, { ignoreTag: true }), direction);
}

function compile(elements: readonly MessageFormatElement[], direction: 'ltr' | 'rtl', counted = ''): Message {
  const parts: (string | Argument)[] = [];
  const add = (part: string | Argument) => {
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  };
  for (const element of elements) {
    switch (element.type) {
      case TYPE.literal:
        add(element.value);
        break;
      case TYPE.argument:
        for (const part of direction === 'rtl' ? ISOLATED([element.value]) : [[element.value] as const]) add(part);
        break;
      case TYPE.pound:
        add([counted]);
        break;
      case TYPE.plural: {
        const branches = Object.entries(element.options).map(
          ([category, { value }]) => [category, compile(value, direction, element.value)] as const,
        );
        if (branches.some(([category]) => category.startsWith('='))) throw new Error('A plural has categories alone');
        add([element.value, Object.fromEntries(branches)]);
        break;
      }
      default:
        throw new Error(`A message holds an element of type ${element.type}`);
    }
  }
  return parts.every((part) => typeof part === 'string') ? parts.join('') : parts;
}
