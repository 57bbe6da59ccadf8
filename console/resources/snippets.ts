import shop from './snippets/demo-shop.txt?raw';
import java from './snippets/java.txt?raw';
import html from './snippets/page-html.txt?raw';
import react from './snippets/page-react.txt?raw';
import php from './snippets/php.txt?raw';
import python from './snippets/python.txt?raw';
import typescript from './snippets/typescript.txt?raw';

/** The values for the placeholders: ids and origins, which cannot end a string. */
export interface SnippetValues {
  /** Origin of the service. */
  service: string;
  resource: string;
  /** Origin of the site. */
  origin: string;
}

export interface Snippet {
  language: string;
  /** What must be installed. */
  needs?: string;
  text: string;
}

export const PAGES: readonly Snippet[] = [
  { language: 'HTML', text: html },
  { language: 'React', needs: '@countersign/widget', text: react },
];

export const BACKENDS: readonly Snippet[] = [
  { language: 'TypeScript', needs: '@countersign/client', text: typescript },
  { language: 'Python', needs: 'countersign, PyJWT[crypto] 2.8', text: python },
  { language: 'PHP', needs: 'countersign/client', text: php },
  { language: 'Java', needs: 'dev.countersign:countersign-client', text: java },
];

/** The shell command that starts the demo shop. */
export const SHOP = shop;

/** Placeholders in the examples. */
const PLACEHOLDERS = {
  service: 'https://auth.example',
  resource: 'res_01k8dq9z2mp',
  origin: 'https://shop.example',
} as const satisfies Record<keyof SnippetValues, string>;

/** Removes every character that does not occur in origins and ids, so that it cannot become code. */
const SAFE = /[^\w.:/[\]-]/g;

export function fillIn(text: string, filling: SnippetValues): string {
  let filled = text;
  for (const [name, placeholder] of Object.entries(PLACEHOLDERS)) {
    filled = filled.replaceAll(placeholder, () => filling[name as keyof SnippetValues].replace(SAFE, ''));
  }
  return filled;
}

/** The site's origin in the examples: the first one without a wildcard. */
export function exampleOrigin(origins: readonly string[]): string | undefined {
  return origins.find((origin) => !origin.includes('*'));
}
