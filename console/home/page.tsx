import { words as events, reasons } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { words as people } from '../shared/words.ts';
import css from './home.css?inline';
import { words as own } from './words.ts';

export { Home as Page } from './home.tsx';
export const words = together(own, events, people, reasons);
export const style = css;
