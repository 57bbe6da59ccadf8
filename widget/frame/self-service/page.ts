import type { SelfView } from '@countersign/protocol/self-service';
import type { SelfTexts } from '../../i18n/self-service.ts';

/** What the parts of the page know of it. */
export interface Page {
  self: SelfView;
  own: SelfTexts;
  /** BCP 47. */
  lang: string;
  isBusy: boolean;
  /** Whether what changes a way in goes through now. */
  isFresh: boolean;
  /** Whether anything at all can be changed. */
  mayChange: boolean;
  /** Which panel is open. */
  open: string | undefined;
  /** Why what was sent was not done, in words; `code`: what these are for. */
  notice: string | undefined;
  code: string | undefined;
  /** What was done last was done in this panel. */
  done: string | undefined;
  show(panel: string): void;
  close(): void;
  /** Asks for the factors again; afterwards this panel is open. */
  prove(panel: string): void;
  /** Below `flow/self/`. */
  act(path: string, fields?: object): void;
}
