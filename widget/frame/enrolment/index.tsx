import { loadEnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import { CodesScreen } from './codes-screen.tsx';
import { EnrolForm } from './enrol-form.tsx';
import { LinkDone } from './link-done.tsx';
import { putOnStyle } from './style.ts';
import { UnlockOffer } from './unlock-offer.tsx';

/** Everything of the steps at which people set up a token, in the language that the sign-in speaks. */
export async function loadEnrolment(lang: string) {
  const words = await loadEnrolmentTexts(lang);
  putOnStyle();
  return { words, CodesScreen, EnrolForm, LinkDone, UnlockOffer };
}

export type Enrolment = Awaited<ReturnType<typeof loadEnrolment>>;
