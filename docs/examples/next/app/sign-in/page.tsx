import { settings } from '../../lib/settings';
import { SignIn } from './sign-in';

/** What the page that sent the browser here needs, and where that page is. */
interface Wanted {
  next?: string;
  acr?: string;
  maxAgeMs?: string;
}

export default async function Page({ searchParams }: { searchParams: Promise<Wanted> }) {
  const { next, acr, maxAgeMs } = await searchParams;
  const demand = { ...(acr && { acr }), ...(maxAgeMs && { maxAgeMs: Number(maxAgeMs) }) };
  return (
    <>
      <h1>Please sign in</h1>
      <SignIn service={settings.service} resource={settings.resource} next={next} demand={demand} />
    </>
  );
}
