/** A colour of the style beside the word for what it stands for. */
export function LegendSwatch({ colour }: { colour: string }) {
  return <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />;
}
