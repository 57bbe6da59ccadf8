/** Setup steps until the first user signs in, in the recommended order; then what is easily forgotten. */
export const CHECKLIST = [
  'activate-plan',
  'make-api-key',
  'add-resource',
  'allow-origin',
  'add-user',
  'add-token',
  'assign',
  'first-login',
  'set-up-mail',
  'second-administrator',
  'copy-master-key',
  'back-up',
  'replace-lost-tokens',
] as const;
/** Without these the checklist is done all the same. */
export const OPTIONAL_ITEMS: readonly ChecklistItem[] = [
  'set-up-mail',
  'second-administrator',
  'copy-master-key',
  'back-up',
  'replace-lost-tokens',
];
export type ChecklistItem = (typeof CHECKLIST)[number];

/** The response of `GET /v1/checklist`. */
export interface ChecklistView {
  items: { item: ChecklistItem; done: boolean; hint: string; count?: number }[];
  /** All of them but the optional ones. */
  done: boolean;
}
