import { loadSelfTexts, type SelfTexts } from '../../i18n/self-service.ts';
import { withOwnTexts } from '../../i18n/texts.ts';
import { type EnrolmentProps, loadEnrolment } from '../enrolment/index.tsx';
import { SelfPage } from './self-page.tsx';
import { injectSelfStyle } from './style.ts';

/** The texts in the frame's current language. */
let own: SelfTexts | undefined;

/** Loads the texts and the style of the page, and the enrolment, which it can start. */
export async function loadSelf(lang: string) {
  const [{ t }, loaded] = await Promise.all([loadEnrolment(lang), loadSelfTexts(lang)]);
  own = await withOwnTexts(loaded, ['self-service']);
  injectSelfStyle();
  return { t, Enrolment: OwnPage };
}

function OwnPage(props: EnrolmentProps) {
  const { screen } = props;
  const self = screen.kind === 'step' ? screen.view.self : undefined;
  if (!own || screen.kind !== 'step' || !self) return null;
  return <SelfPage {...props} own={own} screen={screen} self={self} />;
}
