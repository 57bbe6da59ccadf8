import type { ComponentChildren } from 'preact';
import { Icon, type IconNode } from '../parts/icon.tsx';

/** The empty state of a list: what it will show, and how to create the first item. */
export function Empty({
  icon,
  title,
  text,
  children,
}: {
  icon: IconNode;
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <section class="empty">
      <span class="empty-icon">
        <Icon node={icon} size={26} />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </section>
  );
}
