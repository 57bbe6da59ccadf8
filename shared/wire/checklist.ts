/** What there is to do until the first person can sign in, in the order in which it is done best. */
export const CHECKLIST = [
  'activate-plan',
  'make-api-key',
  'add-resource',
  'allow-origin',
  'add-user',
  'add-token',
  'assign',
  'first-login',
] as const;
export type ChecklistItem = (typeof CHECKLIST)[number];

/** The answer of `GET /v1/checklist`. */
export interface ChecklistView {
  items: { item: ChecklistItem; done: boolean; hint: string }[];
  /** All of them. */
  done: boolean;
}
