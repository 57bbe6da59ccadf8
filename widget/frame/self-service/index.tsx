import { loadSelfTexts, type SelfTexts } from '../../i18n/self-service.ts';
import { type EnrolmentProps, loadEnrolment } from '../enrolment/index.tsx';
import { SelfPage } from './self-page.tsx';
import { injectSelfStyle } from './style.ts';

/** In the language of the frame, which has one at a time. */
let own: SelfTexts | undefined;

/** What the page says and wears; both come with it. From it people go on to set up tokens, so that comes along. */
export async function loadSelf(lang: string) {
  const [{ t }, loaded] = await Promise.all([loadEnrolment(lang), loadSelfTexts(lang)]);
  own = loaded;
  injectSelfStyle();
  return { t, Enrolment: OwnPage };
}

function OwnPage(props: EnrolmentProps) {
  const { screen } = props;
  const self = screen.kind === 'step' ? screen.view.self : undefined;
  if (!own || screen.kind !== 'step' || !self) return null;
  return <SelfPage {...props} own={own} screen={screen} self={self} />;
}
