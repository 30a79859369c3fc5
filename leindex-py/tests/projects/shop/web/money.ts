/** An amount of money as people read it. */
export function formatMoney(amount: number, currency: string): string {
    return `${amount.toFixed(2)} ${currency}`;
}
