import type { SessionView } from '@countersign/protocol/session';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import type { Preferences } from '../preferences.ts';
import type { Address } from '../router.ts';
import type { Client } from '../service/client.ts';
import type { QueryCache } from '../service/query-cache.ts';
import type { Drafts } from './drafts.ts';

/** A short notification about an action; `undo` makes it revocable for a while. */
export interface Note {
  text: string;
  isBad?: boolean;
  /** Returns an error message, or nothing. */
  undo?(): Promise<string | undefined>;
}

/** A question before an irreversible action. */
export interface Question {
  title: string;
  text: string;
  /** Label of the button. */
  action: string;
  isDanger?: boolean;
  /** The text to type first: the name of the object that would be lost. */
  typed?: string;
}

/** The context that every page gets. */
export interface ConsoleContext {
  client: Client;
  reads: QueryCache;
  drafts: Drafts;
  texts: Texts;
  session: SessionView;
  address: Address;
  /** Whether a new page's title takes the focus: true after the user navigated. */
  isNext: boolean;
  preferences: Preferences;
  setPreferences(changes: Partial<Preferences>): void;
  /** Opens another address of the signed-in console; `replace`: leaves the current one out of the history. */
  go(href: string, replace?: boolean): void;
  notify(note: Note): void;
  /** Asks in a dialog; true if confirmed. */
  ask(question: Question): Promise<boolean>;
  /** Announces a text to screen readers without showing it. */
  announce(text: string): void;
  /** Call after a change to the data of the session. */
  renew(): void;
  signOut(): void;
}

export const ConsoleContext = createContext<ConsoleContext | undefined>(undefined);

export function useConsole(): ConsoleContext {
  const context = useContext(ConsoleContext);
  if (!context) throw new Error('useConsole needs the signed-in console around it.');
  return context;
}

/**
 * Whether the administrator may act on the resource. The service enforces it; the console only hides what would be
 * refused.
 */
export function canActOn(session: SessionView, resource: string): boolean {
  return isSuperuser(session) || (canManage(session) && isGranted(session, resource));
}

/** Whether there is a resource that the administrator may act on. */
export function canActSomewhere(session: SessionView): boolean {
  return isSuperuser(session) || (canManage(session) && session.administrator.resources.length > 0);
}

/** Whether the administrator may unlock, resynchronise and make links for the users of the resource. */
export function canHelpOn(session: SessionView, resource: string): boolean {
  return canActOn(session, resource) || (isHelpDesk(session) && isGranted(session, resource));
}

function isGranted({ administrator }: SessionView, resource: string): boolean {
  return administrator.resources.includes(resource);
}

/** Whether the role creates and changes objects: not the help desk, and not those who only read. */
export function canManage({ administrator }: SessionView): boolean {
  return administrator.role === 'superuser' || administrator.role === 'administrator';
}

/** Whether the role changes nothing but its own sign-in. */
export function isReadOnly({ administrator }: SessionView): boolean {
  return administrator.role === 'read-only';
}

export function isHelpDesk({ administrator }: SessionView): boolean {
  return administrator.role === 'help-desk';
}

export function isSuperuser({ administrator }: SessionView): boolean {
  return administrator.role === 'superuser';
}
