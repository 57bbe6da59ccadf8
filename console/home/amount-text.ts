/** Formats an amount in minor units; plainly if the browser does not know the currency. */
export function amountText(lang: string, amount: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(lang, { style: 'currency', currency });
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${(amount / 100).toFixed(2)} ${currency}`;
  }
}
