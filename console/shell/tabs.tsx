import { useConsole } from './context.ts';
import { Link } from './link.tsx';

export interface Tab {
  href: string;
  label: string;
}

/** Pages of one object. They are addresses, so they are links, and going back goes back. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const { address } = useConsole();
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={tab.href === address.path ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
