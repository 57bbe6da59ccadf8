/** The style of basket, sign-in, confirmation and account. */
export const ORDERS_STYLE = `
.lines li {
  display: grid;
  grid-template-columns: 76px 1fr auto 5.5rem;
  align-items: center;
  gap: 1.1rem;
  padding: 1rem 0;
  border-top: 1px solid var(--line);
}

.lines .stage,
.slip .stage {
  padding: 7px;
  border-radius: 14px;
}

.lines .price,
.slip .price,
.orders .price {
  text-align: right;
}

.amount {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  font-variant-numeric: tabular-nums;
}

.amount button {
  width: 2.2rem;
  height: 2.2rem;
  border: 1px solid var(--line);
  border-radius: 50%;
  background: var(--card);
  color: inherit;
  font: 1.1rem / 1 var(--sans);
  cursor: pointer;
}

.amount button:hover {
  border-color: var(--leaf);
}

.amount button:disabled {
  opacity: 0.4;
  cursor: default;
}

.total .sum {
  font: 500 1.35rem var(--serif);
}

.total .sum dt {
  color: inherit;
}

.slip li {
  display: grid;
  grid-template-columns: 54px 1fr auto;
  align-items: center;
  gap: 1rem;
  padding: 0.55rem 0;
  border-top: 1px solid var(--line);
}

.desk {
  display: grid;
  grid-template: "lead widget" auto "rest widget" 1fr / 1fr minmax(0, 420px);
  align-items: start;
  gap: 0 clamp(28px, 7vw, 96px);
  max-width: 960px;
  margin-inline: auto;
}

.lead {
  grid-area: lead;
  padding-block: 0.6rem 1.2rem;
}

.rest {
  grid-area: rest;
}

.widget {
  grid-area: widget;
  min-height: 348px;
  border-radius: 16px;
  box-shadow: 0 1px 2px #1d2a2210, 0 18px 48px -18px #1d2a2238;
}

.pair {
  display: flex;
  align-items: end;
  gap: 8px;
  max-width: 330px;
  margin-top: 1.8rem;
}

.claims {
  padding: 0.35rem 1.3rem;
  border: 1px solid var(--line);
  border-radius: 16px;
  background: var(--card);
}

.claims div {
  display: grid;
  grid-template-columns: 5.5rem 1fr;
  gap: 1rem;
  padding: 0.75rem 0;
}

.claims div + div {
  border-top: 1px solid var(--line);
}

.claims dd {
  text-align: left;
}

.raw {
  margin-top: 1rem;
}

.raw summary {
  margin-bottom: 0.8rem;
  cursor: pointer;
  color: var(--soft);
  font-size: 0.93rem;
}

.orders a {
  white-space: nowrap;
}

.orders li {
  display: grid;
  grid-template-columns: 1fr auto minmax(4.6rem, auto);
  align-items: center;
  gap: 1rem;
  padding: 0.7rem 0;
  border-top: 1px solid var(--line);
}

.badge {
  padding: 0.15rem 0.75rem;
  border-radius: 99px;
  background: var(--pear);
  font-size: 0.85rem;
}

.badge.held {
  background: var(--wash);
}

.failure {
  padding-top: 1rem;
  text-align: center;
}

.failure .actions {
  justify-content: center;
}

.sorry {
  width: 170px;
  margin: 0 auto 1.2rem;
}
`;
