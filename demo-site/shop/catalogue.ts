export interface Product {
  slug: string;
  name: string;
  latin: string;
  cents: number;
  /** One line for the card. */
  line: string;
  /** A paragraph for its own page. */
  story: string;
  light: string;
  water: string;
  height: string;
}

export const PRODUCTS: readonly Product[] = [
  {
    slug: 'juniper-bonsai',
    name: 'Little juniper',
    latin: 'Juniperus procumbens',
    cents: 5_400,
    line: 'Eight years old and in no hurry.',
    story:
      'Grown from a cutting on a windy hillside and wired by hand for three winters. It wants a bright balcony, cold nights, and someone who checks the soil with a finger.',
    light: 'Full sun, outdoors',
    water: 'When the top is dry',
    height: '28 cm',
  },
  {
    slug: 'sword-fern',
    name: 'Sword fern',
    latin: 'Nephrolepis exaltata',
    cents: 1_850,
    line: 'A green fountain for the dim corner.',
    story:
      'The fern your grandmother had in the hallway, and for good reason: it forgives low light and asks only that you never let it dry out. Loves bathrooms.',
    light: 'Shade to half shade',
    water: 'Keep evenly moist',
    height: '45 cm',
  },
  {
    slug: 'pilea',
    name: 'Coin plant',
    latin: 'Pilea peperomioides',
    cents: 1_490,
    line: 'Comes with a daughter in the pot.',
    story:
      'Round leaves that turn after the sun by the hour. Every spring it makes small ones around its foot; pot them up and give them away, which is how it came to us.',
    light: 'Bright, no midday sun',
    water: 'Once a week',
    height: '25 cm',
  },
  {
    slug: 'snake-plant',
    name: 'Snake plant',
    latin: 'Dracaena trifasciata',
    cents: 2_600,
    line: 'Survives holidays. Yours.',
    story:
      'Upright, quiet, striped, and content with whatever light there is. Water it twice in winter and it will think you are fussing.',
    light: 'Anything but darkness',
    water: 'Every three weeks',
    height: '60 cm',
  },
  {
    slug: 'rubber-tree',
    name: 'Rubber tree',
    latin: 'Ficus elastica',
    cents: 3_900,
    line: 'Big leaves, red sheaths, no drama.',
    story:
      'A young tree with leaves like polished leather. Wipe them with a damp cloth now and then and it will reach the ceiling in a few patient years.',
    light: 'Bright',
    water: 'Once a week',
    height: '70 cm',
  },
  {
    slug: 'prickly-pear',
    name: 'Prickly pear',
    latin: 'Opuntia microdasys',
    cents: 1_250,
    line: 'Ears up, sun in, hands off.',
    story:
      'Soft to look at and nothing else. Give it the sunniest sill in the house and forget about it from November to March; it flowers yellow when it feels forgotten enough.',
    light: 'As much as you have',
    water: 'Monthly, in summer',
    height: '20 cm',
  },
];

export function productOf(slug: string): Product | undefined {
  return PRODUCTS.find((product) => product.slug === slug);
}
