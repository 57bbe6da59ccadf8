import { useConsole } from './context.ts';
import { Link } from './link.tsx';

export interface Tab {
  href: string;
  label: string;
  /** Addresses below this one belong to the tab, too. */
  below?: string;
}

/** Whether the page at this path is in the tab. */
export function isInTab({ href, below }: Tab, path: string): boolean {
  return path === href || (below !== undefined && path.startsWith(`${below}/`));
}

/** The tabs of an object's page. Each has an address, so they are links and the back button works. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const { address } = useConsole();
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={isInTab(tab, address.path) ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
