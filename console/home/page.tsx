import { t as events, reasons } from '../events/i18n.ts';
import { loadTogether } from '../i18n/page-texts.ts';
import { t as sharedTexts } from '../shared/i18n.ts';
import css from './home.css?inline';
import { t as own } from './i18n.ts';

export { Home as Page } from './home.tsx';
export const messages = loadTogether(own, events, sharedTexts, reasons);
export const style = css;
