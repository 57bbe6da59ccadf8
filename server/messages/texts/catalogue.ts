import type { Message } from '@countersign/ui/i18n/message';
import { compileMessages } from '@countersign/ui/i18n/read-languages';

/** The files whose texts can be replaced. A key is the part, a dot, and the key in its file. */
export const TEXT_PARTS = {
  'sign-in': 'widget/sign-in',
  passkeys: 'widget/passkeys',
  signing: 'widget/signing',
  standalone: 'widget/standalone',
  trust: 'widget/trust',
  mailed: 'widget/mailed',
  enrolment: 'widget/enrolment',
  'self-service': 'widget/self-service',
  pages: 'pages',
  mail: 'mail',
  sms: 'sms',
} as const;
export type TextPart = keyof typeof TEXT_PARTS;

export interface CatalogueText {
  key: string;
  part: TextPart;
  /** Names of the values in it, sorted. */
  variables: readonly string[];
}

/** Every text that can be replaced, in the order of the files. */
export const CATALOGUE: ReadonlyMap<string, CatalogueText> = new Map(
  (Object.entries(TEXT_PARTS) as [TextPart, string][]).flatMap(([part, file]) =>
    Object.entries(compileMessages(`en/${file}.json`)).map(([name, message]) => {
      const key = `${part}.${name}`;
      return [key, { key, part, variables: variablesOf(message) }] as const;
    }),
  ),
);

/** The names of the values in a message, sorted. */
export function variablesOf(message: Message): string[] {
  const names = new Set<string>();
  const walk = (part: Message) => {
    if (typeof part === 'string') return;
    for (const piece of part) {
      if (typeof piece === 'string') continue;
      const [name, branches = {}] = piece;
      names.add(name);
      for (const branch of Object.values(branches)) walk(branch);
    }
  };
  walk(message);
  return [...names].sort();
}
