import { BookOpen, ChevronLeft } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { documentFor } from '../documents.ts';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { Link } from './link.tsx';

export interface PageHeadProps {
  /** Undefined while it is loading. */
  title: string | undefined;
  /** Shown before the title in the browser's tab. */
  part?: string;
  lead?: ComponentChildren;
  back?: { href: string; label: string };
  /** A state, beside the title. */
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

/** The head of a page. The title takes the focus once, when the page changes. */
export function PageHead({ title, part, lead, back, children, actions }: PageHeadProps) {
  const { address, isNext, announce } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  const arrived = useRef(isNext);
  // Before the browser paints: later, it could take the focus from a field that the user has already chosen.
  useLayoutEffect(() => {
    if (arrived.current) heading.current?.focus();
  }, []);
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${part === undefined ? '' : `${part} – `}${title} – Countersign`;
    if (arrived.current) announce(title);
  }, [title, part, announce]);
  return (
    <header class="head">
      {back && (
        <p class="back">
          <Link href={back.href}>
            <Icon node={ChevronLeft} size={16} />
            {back.label}
          </Link>
        </p>
      )}
      <div class="head-line">
        <h1 ref={heading} tabIndex={-1}>
          {title ?? <span class="unseen">{t('loading')}</span>}
          {title === undefined && <span class="skeleton-line title" />}
        </h1>
        {children}
        <a class="head-help" href={documentFor(address)} target="_blank" rel="noreferrer" title={t('pageHelp')}>
          <Icon node={BookOpen} size={18} />
          <span class="unseen">{t('pageHelp')}</span>
        </a>
        {actions && <div class="head-actions">{actions}</div>}
      </div>
      {lead && <p class="head-lead">{lead}</p>}
    </header>
  );
}
