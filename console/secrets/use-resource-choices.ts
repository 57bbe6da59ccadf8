import type { Choice } from '../edit/inputs.ts';
import { useQuery } from '../shell/use-query.ts';

/** The resources by name, to choose from or to show. */
export function useResourceChoices(): { choices: readonly Choice[]; nameOf(id: string): string } {
  const read = useQuery<{ items: { id: string; name: string }[] }>('resources?limit=200&sort=name');
  const choices = (read.body?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return { choices, nameOf: (id) => choices.find(({ value }) => value === id)?.label ?? id };
}
