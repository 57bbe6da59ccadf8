export { default as CountersignSignIn } from './sign-in.svelte';
