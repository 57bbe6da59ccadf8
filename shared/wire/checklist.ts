/** Setup steps until the first user can sign in, in the recommended order. */
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

/** The response of `GET /v1/checklist`. */
export interface ChecklistView {
  items: { item: ChecklistItem; done: boolean; hint: string }[];
  /** All of them. */
  done: boolean;
}
