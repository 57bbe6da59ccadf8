import { createElement, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Countersign } from '../react/index.ts';
import { RESOURCE } from './resource.ts';

/** A React page in strict mode; each press of the button renders again with a new callback. */
function Page({ service }: { service: string }) {
  const [renders, setRenders] = useState(1);
  return createElement(
    'main',
    null,
    createElement('button', { onClick: () => setRenders(renders + 1), type: 'button' }, `rendered ${renders}`),
    createElement(Countersign, {
      service,
      resource: RESOURCE,
      nonce: 'nonce-of-the-session-0001',
      theme: renders > 1 ? 'dark' : 'light',
      onSuccess: () => {
        document.title = `success in render ${renders}`;
      },
    }),
  );
}

const root = document.getElementById('root');
const service = root?.dataset.service;
if (root && service) createRoot(root).render(createElement(StrictMode, null, createElement(Page, { service })));
