import { CONSOLE_PLACES, type ConsolePlace, placeAt } from '../shared/wire/console-places.ts';
import type { SessionView } from '../shared/wire/session.ts';
import type { Answer, Client } from './service/client.ts';
import { type Deadline, deadlineIn } from './service/deadline.ts';
import type { Known } from './sign-in/sign-in.ts';

export type LinkPlace = Extract<ConsolePlace, 'setup' | 'invitation' | 'recovery'>;
/** Where only those who have signed in come. */
export type InnerPlace = Exclude<ConsolePlace, LinkPlace>;

/** Everything that the console can be at. */
export type Stage =
  | { kind: 'loading' }
  | { kind: 'link'; place: LinkPlace; secret: string }
  /** `hasEnded`: there was a session, and it is over. */
  | { kind: 'sign-in'; known: Known; hasEnded: boolean }
  | { kind: 'inside'; place: InnerPlace; session: SessionView }
  | { kind: 'unknown' }
  | { kind: 'offline' }
  | { kind: 'refused'; code: string };

export interface VisitParts {
  client: Client;
  /** Path of the address bar, as it is now. */
  path(): string;
  /** Puts another path there; `replace`: in place of the one that is. */
  setPath(path: string, replace: boolean): void;
  show(stage: Stage): void;
}

/** Somebody's way through the console, from the address they came by. Knows no DOM. */
export interface Visit {
  /** @param secret what stood behind `#` */
  start(secret: string): Promise<void>;
  /** Signed in. */
  enter(session: SessionView): void;
  /** To the sign-in, with what is known of them. */
  signIn(known: Known): void;
  goTo(place: InnerPlace): void;
  /** The address bar has changed: back and forward. */
  follow(): Promise<void>;
  signOut(): Promise<void>;
  /** The session of now has changed: another name, fewer codes. */
  renew(): Promise<void>;
  /** Hears of every answer: a session may have ended. */
  hear(answer: Answer): void;
  /** The device woke up, or time went by. */
  checkTime(): Promise<void>;
}

const LINK_PLACES: readonly string[] = ['setup', 'invitation', 'recovery'] satisfies LinkPlace[];
const OVER: readonly string[] = ['SESSION_ENDED', 'SESSION_NEEDED', 'API_KEY_MISSING'];

export function createVisit({ client, path, setPath, show }: VisitParts): Visit {
  let stage: Stage = { kind: 'loading' };
  /** From the last answer on: unused for so long, the session is over. */
  let idleMs = 0;
  let ends: Deadline = deadlineIn(0);

  const put = (next: Stage) => {
    stage = next;
    show(next);
  };

  const innerPlace = (): InnerPlace => {
    const place = placeAt(path());
    return place && !LINK_PLACES.includes(place) ? (place as InnerPlace) : 'home';
  };

  const leave = (hasEnded: boolean) => {
    client.carry(undefined);
    // Whoever was in is not asked which account it was.
    const known = stage.kind === 'inside' ? { account: stage.session.account.id } : {};
    put({ kind: 'sign-in', known, hasEnded });
  };

  const hold = (session: SessionView) => {
    client.carry(session.csrf);
    idleMs = session.endsAt - session.now;
    ends = deadlineIn(idleMs);
  };

  const enter = (session: SessionView) => {
    const place = innerPlace();
    if (path() !== CONSOLE_PLACES[place]) setPath(CONSOLE_PLACES[place], true);
    hold(session);
    put({ kind: 'inside', place, session });
  };

  const askSession = async () => {
    const answer = await client.get<SessionView>('session');
    if (answer.kind === 'done') enter(answer.body);
    else if (answer.kind === 'lost') put({ kind: 'offline' });
    else if (OVER.includes(answer.code)) leave(answer.code === 'SESSION_ENDED');
    else put({ kind: 'refused', code: answer.code });
  };

  const start = async (secret: string) => {
    const place = placeAt(path());
    if (place === undefined) return put({ kind: 'unknown' });
    if (LINK_PLACES.includes(place)) return put({ kind: 'link', place: place as LinkPlace, secret });
    put({ kind: 'loading' });
    await askSession();
  };

  return {
    start,
    enter,
    signIn(known) {
      setPath(CONSOLE_PLACES.home, true);
      client.carry(undefined);
      put({ kind: 'sign-in', known, hasEnded: false });
    },
    goTo(place) {
      if (stage.kind !== 'inside') return;
      if (path() !== CONSOLE_PLACES[place]) setPath(CONSOLE_PLACES[place], false);
      put({ ...stage, place });
    },
    async follow() {
      const place = placeAt(path());
      if (stage.kind === 'link' && stage.place === place) return;
      if (stage.kind !== 'inside' || place === undefined || LINK_PLACES.includes(place)) return start('');
      put({ ...stage, place: place as InnerPlace });
    },
    async signOut() {
      const answer = await client.send('DELETE', 'session');
      if (answer.kind === 'lost') return put({ kind: 'offline' });
      if (answer.kind === 'refused' && !OVER.includes(answer.code)) return put({ kind: 'refused', code: answer.code });
      setPath(CONSOLE_PLACES.home, true);
      leave(false);
    },
    async renew() {
      const answer = await client.get<SessionView>('session');
      if (answer.kind !== 'done' || stage.kind !== 'inside') return;
      hold(answer.body);
      put({ ...stage, session: answer.body });
    },
    hear(answer) {
      if (stage.kind !== 'inside') return;
      if (answer.kind === 'done') ends = deadlineIn(idleMs);
      if (answer.kind === 'refused' && OVER.includes(answer.code)) leave(true);
    },
    async checkTime() {
      if (stage.kind !== 'inside' || ends.leftMs() > 0) return;
      // Over, unless it was used from another tab. Asking does not prolong a session that nobody used.
      const answer = await client.get<SessionView>('session');
      if (stage.kind !== 'inside') return;
      if (answer.kind === 'done') hold(answer.body);
      else leave(true);
    },
  };
}
