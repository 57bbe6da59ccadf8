/** A colour sample beside its label in the legend. */
export function LegendSwatch({ colour }: { colour: string }) {
  return <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />;
}
