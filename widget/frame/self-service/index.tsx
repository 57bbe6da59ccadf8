import { loadSelfTexts, type SelfTexts } from '../../i18n/self-service.ts';
import { withOwnTexts } from '../../i18n/texts.ts';
import { type EnrolmentProps, loadEnrolment } from '../enrolment/index.tsx';
import { SelfPage } from './self-page.tsx';
import css from './self-service.css?inline';

// It loads with this module, by CSSOM, because the frame's CSP forbids style elements.
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);

/** The texts in the frame's current language. */
let own: SelfTexts | undefined;

/** Loads the texts and the style of the page, and the enrolment, which it can start. */
export async function loadSelf(lang: string) {
  const [{ t }, loaded] = await Promise.all([loadEnrolment(lang), loadSelfTexts(lang)]);
  own = await withOwnTexts(loaded, ['self-service']);
  return { t, Enrolment: OwnPage };
}

function OwnPage(props: EnrolmentProps) {
  const { screen } = props;
  const self = screen.kind === 'step' ? screen.view.self : undefined;
  if (!own || screen.kind !== 'step' || !self) return null;
  return <SelfPage {...props} own={own} screen={screen} self={self} />;
}
