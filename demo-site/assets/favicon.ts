import { SPRIG } from '../illustrations/pictures.ts';

export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f5a40"/><g transform="translate(3.2 3.2) scale(.8)" color="#f6f1e4">${SPRIG}</g></svg>`;
