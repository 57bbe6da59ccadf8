import { Content, type Theme, useData } from 'vitepress';
import DefaultTheme, { VPHomeContent, VPHomeFeatures, VPHomeHero } from 'vitepress/theme-without-fonts';
import { defineComponent, h, provide, ref } from 'vue';
import dark from '../../images/widget-code-dark.png';
import light from '../../images/widget-code-light.png';
import './style.css';

const PICTURES = { light, dark };

function pictures(size: { width: number; height: number }) {
  const alt = 'The sign-in widget asks for a one-time code';
  return Object.entries(PICTURES).map(([scheme, src]) => h('img', { src, alt, ...size, class: `only-${scheme}` }));
}

/** The theme's own first page has no landmark around its content. */
const HomePage = defineComponent(() => {
  provide('hero-image-slot-exists', ref(true));
  const { frontmatter } = useData();
  return () =>
    h('main', { class: 'home-page' }, [
      h(VPHomeHero, null, { 'home-hero-image': () => pictures(frontmatter.value.pictureSize) }),
      h(VPHomeFeatures),
      h(VPHomeContent, () => h(Content)),
    ]);
});

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('home-page', HomePage);
  },
} satisfies Theme;
