/** An amount in minor units, as people write it; of a currency that the browser does not know, plainly. */
export function amountText(lang: string, amount: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(lang, { style: 'currency', currency });
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${(amount / 100).toFixed(2)} ${currency}`;
  }
}
