import type { ComponentChildren } from 'preact';
import { isSuperuser, useConsole } from './context.ts';
import { t } from './i18n.ts';
import { PageHead } from './page-head.tsx';

export interface SuperusersPageProps {
  title: string;
  lead: string;
  /** Shown to other administrators below the message that the page is the superuser's. */
  instead?: ComponentChildren;
  children: ComponentChildren;
}

/** A page for the superuser only. Other administrators can still open its address. */
export function SuperusersPage({ title, lead, instead, children }: SuperusersPageProps) {
  const { session } = useConsole();
  if (isSuperuser(session)) return <>{children}</>;
  return (
    <>
      <PageHead title={title} lead={lead} />
      <p class="strip">{t('onlySuperuser')}</p>
      {instead}
    </>
  );
}
