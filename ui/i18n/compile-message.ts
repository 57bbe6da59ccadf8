import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import type { Argument, Message } from './message.ts';

/** Text between U+2068 and U+2069 is isolated in its writing direction (UAX 9). */
const isolate = (argument: Argument) => ['\u2068', argument, '\u2069'];

/**
 * Compiles an ICU message with arguments and plurals. In a right-to-left sentence each value is isolated from the
 * words around it, so that a phone number keeps its order.
 *
 * @throws Error for an invalid ICU message or one with unsupported parts
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
        for (const part of direction === 'rtl' ? isolate([element.value]) : [[element.value] as const]) add(part);
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
