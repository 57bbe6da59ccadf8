import type { SelfView } from '@countersign/protocol/self-service';
import type { SelfTexts } from '../../i18n/self-service.ts';

/** The state and actions that the parts of the page share. */
export interface Page {
  self: SelfView;
  t: SelfTexts;
  /** BCP 47. */
  lang: string;
  /** Writes a date. */
  day(at: number): string;
  isBusy: boolean;
  /** Whether the recent reauthentication still allows changes to credentials. */
  isFresh: boolean;
  /** Whether the user can change anything. */
  mayChange: boolean;
  /** Id of the open panel. */
  open: string | undefined;
  /** The error message of the last change; `code`: the refusal that it describes. */
  notice: string | undefined;
  code: string | undefined;
  /** Id of the panel with the last successful change. */
  done: string | undefined;
  show(panel: string): void;
  close(): void;
  /** Asks for the factors again, then opens this panel. */
  reauthenticate(panel: string): void;
  /** Sends a change to a path below `flow/self/`. */
  act(path: string, fields?: object): void;
}
