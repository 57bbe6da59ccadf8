import { type ComponentObjectPropsOptions, defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from 'vue';
import type { CountersignSignInElement } from '../element/sign-in-element.ts';
import { bindElement, CALLBACK_NAMES, OPTION_NAMES, type SignInProps } from './binding.ts';

export type { CountersignSignInElement } from '../element/sign-in-element.ts';
export type { CountersignFault } from '../loader/fault.ts';
export type { Success, WidgetError, WidgetEvents } from '../loader/options.ts';
export type { SignInProps } from './binding.ts';

/** Any value is right, but `closable` alone means true. */
const declared = Object.fromEntries(
  [...OPTION_NAMES, ...CALLBACK_NAMES].map((name) => [name, name === 'closable' ? Boolean : null]),
) as unknown as ComponentObjectPropsOptions<SignInProps>;

/** The sign-in as a Vue component. Its events are those of the options' callbacks, `@success`; the slot is the fallback. */
export const CountersignSignIn = defineComponent<SignInProps>(
  (props, { expose, slots }) => {
    const element = ref<CountersignSignInElement>();
    let binding: ReturnType<typeof bindElement> | undefined;
    onMounted(() => {
      if (element.value) binding = bindElement(element.value, { ...props });
    });
    watch(
      () => ({ ...props }),
      (next) => binding?.update(next),
      { flush: 'post' },
    );
    onBeforeUnmount(() => binding?.release());
    expose({ reset: () => element.value?.reset(), focus: () => element.value?.focus() });
    return () => h('countersign-sign-in', { ref: element, deferred: '' }, slots.default?.());
  },
  { name: 'CountersignSignIn', props: declared },
);
