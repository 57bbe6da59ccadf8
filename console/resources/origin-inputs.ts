import type { Input } from '../edit/inputs.ts';
import { readOrigin } from './resource.ts';
import { words } from './words.ts';

/** Where the sign-in may stand: asked of a new resource, and changed later. */
export function originInputs(): Input[] {
  return [
    {
      name: 'allowedOrigins',
      kind: 'list',
      most: 100,
      label: words('allowedOrigins'),
      hint: words('allowedOriginsHint'),
      placeholder: 'https://www.example.com',
      read: readOrigin,
    },
    { name: 'allowLocalhost', kind: 'toggle', label: words('allowLocalhost'), hint: words('allowLocalhostHint') },
  ];
}
