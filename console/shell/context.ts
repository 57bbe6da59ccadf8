import type { SessionView } from '@countersign/protocol/session';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import type { Preferences } from '../preferences.ts';
import type { Address } from '../router.ts';
import type { Client } from '../service/client.ts';
import type { QueryCache } from '../service/query-cache.ts';
import type { Drafts } from './drafts.ts';

/** Something short that was done, or not; with `undo` it can be taken back for a while. */
export interface Note {
  text: string;
  isBad?: boolean;
  /** Answers what went wrong, or nothing. */
  undo?(): Promise<string | undefined>;
}

/** Before something that cannot be taken back. */
export interface Question {
  title: string;
  text: string;
  /** On the button. */
  action: string;
  isDanger?: boolean;
  /** What has to be typed first: the name of what is lost. */
  typed?: string;
}

/** What every room is given. */
export interface ConsoleContext {
  client: Client;
  reads: QueryCache;
  drafts: Drafts;
  texts: Texts;
  session: SessionView;
  address: Address;
  /** Whether the focus goes to the title of a page: the person came there by their own doing. */
  isNext: boolean;
  preferences: Preferences;
  setPreferences(changes: Partial<Preferences>): void;
  /** To another address behind the door; `replace`: the one of now is none to come back to. */
  go(href: string, replace?: boolean): void;
  notify(note: Note): void;
  /** Asks, in a dialog; true for yes. */
  ask(question: Question): Promise<boolean>;
  /** Read out, and not shown. */
  announce(text: string): void;
  /** Of the session's own data something has changed. */
  renew(): void;
  signOut(): void;
}

export const ConsoleContextProvider = createContext<ConsoleContext | undefined>(undefined);

export function useConsole(): ConsoleContext {
  const world = useContext(ConsoleContextProvider);
  if (!world) throw new Error('This is shown outside.');
  return world;
}

/** What a role may do with resources. The service asks the same again; here it decides what is offered. */
export function canActOn({ administrator }: SessionView, resource: string): boolean {
  return administrator.role === 'superuser' || administrator.resources.includes(resource);
}

export function isSuperuser({ administrator }: SessionView): boolean {
  return administrator.role === 'superuser';
}
