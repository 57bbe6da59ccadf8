import { SPRIG } from '../illustrations/pictures.ts';

/** The shop's mark in the colours of its pages, light or dark. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>.pot{fill:#1f5a40}.sprig{color:#fffdf8}@media(prefers-color-scheme:dark){.pot{fill:#8fd0a8}.sprig{color:#0e1a13}}</style><rect class="pot" width="32" height="32" rx="8"/><g class="sprig" transform="translate(3.2 3.2) scale(.8)">${SPRIG}</g></svg>`;
