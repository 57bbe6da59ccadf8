export const PAGES_STYLE = `
.juniper-bonsai { --tint: var(--juniper); }
.sword-fern { --tint: var(--fern); }
.pilea { --tint: var(--coin); }
.snake-plant { --tint: var(--snake); }
.rubber-tree { --tint: var(--rubber); }
.prickly-pear { --tint: var(--pear); }

.stage {
  display: grid;
  place-items: center;
  background: var(--tint);
  border-radius: 20px;
  overflow: hidden;
}

.picture {
  display: block;
  width: 100%;
  height: auto;
}

.price {
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}

.hero {
  display: grid;
  grid-template-columns: 1fr 1.15fr;
  align-items: center;
  gap: clamp(20px, 5vw, 64px);
}

.hero h1 {
  font-size: clamp(2.5rem, 6.4vw, 4.2rem);
}

.hero p {
  max-width: 30rem;
  font-size: 1.1rem;
}

.sill {
  width: 100%;
  height: auto;
}

.pane { fill: #dcebe6; }
.sun { fill: #f4c95d; }
.hill.far { fill: #b9d3bd; }
.hill.near { fill: #9cc0a2; }
.frame, .bars { fill: none; stroke: #fffdf8; stroke-width: 12; }
.bars { stroke-width: 7; }
.board { fill: #c99c6a; }
.board.under { fill: #b18453; }

.grid {
  display: grid;
  grid-template-columns: repeat(3, 1fr);
  gap: clamp(20px, 3vw, 36px) clamp(14px, 2.4vw, 28px);
}

.card a {
  display: block;
  text-decoration: none;
}

.card .stage {
  padding: 26px 18px 18px;
}

.card .picture {
  max-width: 230px;
  transition: transform 0.25s ease-out;
}

.card a:hover .picture {
  transform: translateY(-5px);
}

.about {
  display: flex;
  justify-content: space-between;
  gap: 0.8rem;
  margin-top: 0.8rem;
}

.about b {
  font: 500 1.22rem / 1.3 var(--serif);
}

.line {
  display: block;
  color: var(--soft);
  font-size: 0.95rem;
}

.promises {
  display: grid;
  grid-template-columns: repeat(3, 1fr);
  gap: 1.4rem clamp(14px, 2.4vw, 28px);
  margin-top: 4rem;
  padding-top: 2rem;
  border-top: 1px solid var(--line);
}

.promises p {
  margin: 0;
  color: var(--soft);
  font-size: 0.95rem;
}

.promises b {
  display: block;
  color: var(--ink);
  font: 500 1.18rem / 1.5 var(--serif);
}

.product {
  display: grid;
  grid-template-columns: 1fr 1fr;
  align-items: center;
  gap: clamp(24px, 6vw, 72px);
}

.product .stage {
  padding: 40px;
}

.product .picture {
  max-width: 380px;
}

.crumb {
  margin-bottom: 0.6rem;
  color: var(--soft);
  font-size: 0.93rem;
}

.facts h1 {
  margin-bottom: 0.15em;
}

.latin {
  color: var(--soft);
  font: italic 1.15rem var(--serif);
}

.facts dl div,
.total div {
  display: flex;
  justify-content: space-between;
  gap: 1rem;
  padding: 0.55rem 0;
  border-top: 1px solid var(--line);
}

dt {
  color: var(--soft);
}

dd {
  text-align: right;
}

.buy {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  margin-top: 1.8rem;
}

.buy .price {
  font: 500 1.7rem var(--serif);
}

@media (prefers-color-scheme: dark) {
  .pane { fill: #1e3440; }
  .sun { fill: #e9dfb8; }
  .hill.far { fill: #24443c; }
  .hill.near { fill: #1d3830; }
  .frame, .bars { stroke: #3b463e; }
  .board { fill: #6d5137; }
  .board.under { fill: #55402c; }

  .widget {
    box-shadow: 0 18px 48px -18px #000;
  }
}

@media (max-width: 820px) {
  .hero,
  .product {
    grid-template-columns: 1fr;
  }

  .grid {
    grid-template-columns: repeat(2, 1fr);
  }

  .promises {
    grid-template-columns: 1fr;
  }

  .desk {
    grid-template: "lead" auto "widget" auto "rest" auto / minmax(0, 1fr);
    max-width: 460px;
  }

  .lead {
    padding-bottom: 0.4rem;
  }

  .rest {
    margin-top: 2rem;
  }

  .desk .pair {
    display: none;
  }

  .card .stage {
    padding: 16px 8px 10px;
  }

  .product .picture {
    max-width: 260px;
  }
}

@media (max-width: 520px) {
  .lines li {
    grid-template-columns: 60px 1fr auto;
  }

  .lines .price {
    grid-column: 2 / -1;
    margin-top: -0.6rem;
  }

  .about {
    flex-direction: column;
    gap: 0;
  }
}
`;
