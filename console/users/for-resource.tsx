import type { ResourceView } from '../shared/pickers/pick-resource.ts';
import type { PickerOptions } from '../shared/pickers/picker.tsx';
import { usePicker } from '../shared/pickers/picker.tsx';
import { t } from './i18n.ts';

export interface ForResourceProps {
  label: string;
  resource: ResourceView | undefined;
  /** Shown while there is no resource. */
  without: string;
  picker: PickerOptions<ResourceView>;
  onPick(resource: ResourceView): void;
}

/** The resource that a task is about, and a button that chooses another. */
export function ForResource({ label, resource, without, picker, onPick }: ForResourceProps) {
  const { pick, dialog } = usePicker();
  const choose = async () => {
    const picked = await pick(picker);
    if (picked) onPick(picked);
  };
  return (
    <div class="for-whom">
      <p>
        {label} <strong>{resource?.name ?? without}</strong>
      </p>
      <button type="button" class="secondary" onClick={choose}>
        {t('importPickResource')}
      </button>
      {dialog}
    </div>
  );
}
