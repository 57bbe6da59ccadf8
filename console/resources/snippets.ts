import shop from './snippets/demo-shop.txt?raw';
import java from './snippets/java.txt?raw';
import html from './snippets/page-html.txt?raw';
import react from './snippets/page-react.txt?raw';
import php from './snippets/php.txt?raw';
import python from './snippets/python.txt?raw';
import typescript from './snippets/typescript.txt?raw';

/** What the examples are filled in with. Ids and origins of the service's own form: nothing that could end a string. */
export interface SnippetValues {
  /** The service's own origin. */
  service: string;
  resource: string;
  /** Of the site. */
  origin: string;
}

export interface Snippet {
  language: string;
  /** What has to be there. */
  needs?: string;
  text: string;
}

export const PAGES: readonly Snippet[] = [
  { language: 'HTML', text: html },
  { language: 'React', needs: 'dist/widget/react.mjs', text: react },
];

export const BACKENDS: readonly Snippet[] = [
  { language: 'TypeScript', needs: '@countersign/client', text: typescript },
  { language: 'Python', needs: 'countersign, PyJWT[crypto] 2.8', text: python },
  { language: 'PHP', needs: 'countersign/client', text: php },
  { language: 'Java', needs: 'dev.countersign:countersign-client', text: java },
];

/** How the demo shop is started, as it is typed into a shell. */
export const SHOP = shop;

/** Stand in the examples for what is filled in. */
const PLACEHOLDERS = {
  service: 'https://auth.example',
  resource: 'res_01k8dq9z2mp',
  origin: 'https://shop.example',
} as const satisfies Record<keyof SnippetValues, string>;

/** Characters of origins and ids; whatever else there might be is left out rather than put into code. */
const SAFE = /[^\w.:/[\]-]/g;

export function fillIn(text: string, filling: SnippetValues): string {
  let filled = text;
  for (const [name, place] of Object.entries(PLACEHOLDERS)) {
    filled = filled.replaceAll(place, () => filling[name as keyof SnippetValues].replace(SAFE, ''));
  }
  return filled;
}

/** The site's origin in the examples: the first that is exact, as a star stands for none. */
export function exampleOrigin(origins: readonly string[]): string | undefined {
  return origins.find((origin) => !origin.includes('*'));
}
