import { CONSOLE_ROUTES, type ConsoleRoute, routeAt } from '@countersign/protocol/console-routes';
import type { SessionView } from '@countersign/protocol/session';
import { type Deadline, deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Client } from './service/client.ts';
import { probeSession } from './service/session-probe.ts';
import type { KnownCredentials } from './sign-in/sign-in.ts';

export type LinkRoute = Extract<ConsoleRoute, 'setup' | 'invitation' | 'recovery' | 'reset'>;
/** The routes of the signed-in console. */
export type PageRoute = Exclude<ConsoleRoute, LinkRoute>;

/** A page of the signed-in console, with its filters: all of it is in the address bar. */
export interface Address {
  route: PageRoute;
  params: Readonly<Record<string, string>>;
  path: string;
  query: URLSearchParams;
}

/** Everything that the console can show. */
export type Stage =
  | { kind: 'loading' }
  | { kind: 'link'; route: LinkRoute; secret: string }
  /** `hasEnded`: there was a session, which is over. */
  | { kind: 'sign-in'; known: KnownCredentials; hasEnded: boolean }
  | { kind: 'inside'; address: Address; session: SessionView }
  | { kind: 'unknown' }
  | { kind: 'offline' }
  | { kind: 'refused'; code: string };

export interface RouterOptions {
  client: Client;
  /** The current path and query of the address bar. */
  href(): string;
  /** Changes the address; `replace`: without a new history entry. */
  setHref(href: string, replace: boolean): void;
  show(stage: Stage): void;
}

/** Navigates the console, starting at the address it was opened with. Does not use the DOM. */
export interface Router {
  /** @param secret the part of the address after `#` */
  start(secret: string): Promise<void>;
  /** Called after the sign-in. */
  enter(session: SessionView): void;
  /** Shows the sign-in with the credentials that are already known. */
  signIn(known: KnownCredentials): void;
  /**
   * Opens another address of the signed-in console.
   *
   * @param replace leaves the current address out of the history
   */
  goTo(href: string, replace?: boolean): void;
  /** Called when the address bar changed by back or forward. */
  follow(): Promise<void>;
  signOut(): Promise<void>;
  /** Reloads the current session after a change of its name or its codes. */
  renew(): Promise<void>;
  /** Receives every response: it may say that the session has ended. */
  onAnswer(answer: Answer): void;
  /** Called when the device wakes up or time passes. */
  checkTime(): Promise<void>;
}

const [HOME] = CONSOLE_ROUTES.home;
const LINK_ROUTES: readonly string[] = ['setup', 'invitation', 'recovery', 'reset'] satisfies LinkRoute[];
const ENDED_CODES: readonly string[] = ['SESSION_ENDED', 'SESSION_NEEDED', 'API_KEY_MISSING'];

/** The address within the signed-in console, or undefined. */
export function innerAddress(href: string): Address | undefined {
  const { path, query } = split(href);
  const found = routeAt(path);
  if (!found || LINK_ROUTES.includes(found.route)) return undefined;
  return { route: found.route as PageRoute, params: found.params, path, query: new URLSearchParams(query) };
}

function split(href: string): { path: string; query: string } {
  const at = href.indexOf('?');
  return at < 0 ? { path: href, query: '' } : { path: href.slice(0, at), query: href.slice(at + 1) };
}

export function createRouter({ client, href, setHref, show }: RouterOptions): Router {
  let stage: Stage = { kind: 'loading' };
  /** The session ends this long after the last response. */
  let idleMs = 0;
  let ends: Deadline = deadlineIn(0);

  const put = (next: Stage) => {
    stage = next;
    show(next);
  };

  const leave = (hasEnded: boolean) => {
    client.carry(undefined);
    // Remember the account, so that the next sign-in does not ask for it.
    const known = stage.kind === 'inside' ? { account: stage.session.account.id } : {};
    put({ kind: 'sign-in', known, hasEnded });
  };

  const hold = (session: SessionView) => {
    client.carry(session.csrf);
    idleMs = session.endsAt - session.now;
    ends = deadlineIn(idleMs);
  };

  const enter = (session: SessionView) => {
    const address = innerAddress(href()) ?? innerAddress(HOME);
    if (!address) return;
    if (split(href()).path !== address.path) setHref(address.path, true);
    hold(session);
    put({ kind: 'inside', address, session });
  };

  const askSession = async () => {
    const probe = await probeSession(client);
    if (probe.kind === 'in') enter(probe.session);
    else if (probe.kind === 'out') leave(probe.hasEnded);
    else if (probe.kind === 'lost') put({ kind: 'offline' });
    else put({ kind: 'refused', code: probe.code });
  };

  const start = async (secret: string) => {
    const route = routeAt(split(href()).path)?.route;
    if (route === undefined) return put({ kind: 'unknown' });
    if (LINK_ROUTES.includes(route)) return put({ kind: 'link', route: route as LinkRoute, secret });
    put({ kind: 'loading' });
    await askSession();
  };

  return {
    start,
    enter,
    signIn(known) {
      setHref(HOME, true);
      client.carry(undefined);
      put({ kind: 'sign-in', known, hasEnded: false });
    },
    goTo(to, replace = false) {
      const address = innerAddress(to);
      if (stage.kind !== 'inside' || !address) return;
      if (href() !== to) setHref(to, replace);
      put({ ...stage, address });
    },
    async follow() {
      const address = innerAddress(href());
      if (stage.kind === 'link' && stage.route === routeAt(split(href()).path)?.route) return;
      if (stage.kind !== 'inside' || !address) return start('');
      put({ ...stage, address });
    },
    async signOut() {
      const answer = await client.send('DELETE', 'session');
      // Another answer was faster: it ended the session here and aborted this request.
      if (stage.kind !== 'inside') return setHref(HOME, true);
      if (answer.kind === 'lost') return put({ kind: 'offline' });
      if (answer.kind === 'refused' && !ENDED_CODES.includes(answer.code))
        return put({ kind: 'refused', code: answer.code });
      setHref(HOME, true);
      leave(false);
    },
    async renew() {
      const probe = await probeSession(client);
      if (stage.kind !== 'inside') return;
      if (probe.kind === 'out') return leave(true);
      if (probe.kind !== 'in') return;
      hold(probe.session);
      put({ ...stage, session: probe.session });
    },
    onAnswer(answer) {
      if (stage.kind !== 'inside') return;
      if (answer.kind === 'done') ends = deadlineIn(idleMs);
      if (answer.kind === 'refused' && ENDED_CODES.includes(answer.code)) leave(true);
    },
    async checkTime() {
      if (stage.kind !== 'inside' || ends.leftMs() > 0) return;
      // The session is over unless another tab used it. This request does not prolong an unused session.
      const probe = await probeSession(client);
      if (stage.kind !== 'inside') return;
      if (probe.kind === 'in') hold(probe.session);
      else leave(true);
    },
  };
}
