import type { ComponentChildren } from 'preact';
import { isSuperuser, useConsole } from './context.ts';
import { t } from './i18n.ts';
import { PageHead } from './page-head.tsx';

export interface SuperusersPageProps {
  title: string;
  lead: string;
  /** What everybody else is told beside that it is not theirs. */
  instead?: ComponentChildren;
  children: ComponentChildren;
}

/** A page that only the superuser has to do with. Others come to it by its address. */
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
