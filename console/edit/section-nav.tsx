import { useLayoutEffect, useRef } from 'preact/hooks';
import { Link } from '../shell/link.tsx';

export interface SectionLink {
  /** Id of the section. */
  id: string;
  title: string;
  href: string;
}

export interface SectionNavProps {
  label: string;
  sections: readonly SectionLink[];
  /** Id of the section that the page shows. */
  current: string;
}

/** Links to the sections of an object's settings, of which the page shows one. */
export function SectionNav({ label, sections, current }: SectionNavProps) {
  const list = useRef<HTMLUListElement>(null);
  // On a phone the links are a row, and the current one may be outside of it.
  useLayoutEffect(() => {
    const row = list.current;
    const link = row?.querySelector<HTMLElement>('[aria-current]');
    if (row && link) row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  }, [current]);
  return (
    <nav class="section-nav" aria-label={label}>
      <ul ref={list}>
        {sections.map(({ id, title, href }) => (
          <li key={id}>
            <Link href={href} aria-current={id === current ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
