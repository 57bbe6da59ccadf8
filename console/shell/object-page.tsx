import type { ComponentChildren } from 'preact';
import { Copy } from '../parts/copy.tsx';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { PageHead } from './page-head.tsx';
import { Problem, Skeleton } from './problem.tsx';
import { isInTab, type Tab, Tabs } from './tabs.tsx';
import { Timestamp } from './timestamp.tsx';
import type { useQuery } from './use-query.ts';

export interface ObjectPageProps<Body> {
  read: ReturnType<typeof useQuery<Body>>;
  back: { href: string; label: string };
  /** Title of the page if the object does not exist. */
  goneTitle: string;
  title: string | undefined;
  /** Shown before the id. */
  lead?: ComponentChildren;
  labels: { copyId: string; tabs: string };
  badges: ComponentChildren;
  tabs: readonly Tab[];
  /** Content of the current tab. */
  children: ComponentChildren;
}

/** The page of one object: its name, its id to copy, its creation date and its tabs. */
export function ObjectPage<Body extends { id: string; createdAt: number }>(props: ObjectPageProps<Body>) {
  const { read, back, goneTitle, title, lead, labels, badges, tabs, children } = props;
  const { address, texts } = useConsole();
  const { body } = read;
  const part = tabs.find((tab) => isInTab(tab, address.path))?.label;
  const isGone = read.problem && !body;
  return (
    <>
      <PageHead
        title={isGone ? goneTitle : title}
        {...(part !== undefined && { part })}
        back={back}
        lead={
          body && (
            <>
              {lead && (
                <>
                  {lead}
                  <span class="dot">·</span>{' '}
                </>
              )}
              {t('id')} <code>{body.id}</code> <Copy texts={texts} text={body.id} what={labels.copyId} />
              <span class="dot">·</span> {t('madeAt')} <Timestamp at={body.createdAt} />
            </>
          )
        }
      >
        {body && badges}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!body && !read.problem && <Skeleton lines={8} />}
      {body && (
        <>
          <Tabs label={labels.tabs} tabs={tabs} />
          {children}
        </>
      )}
    </>
  );
}
