import { formatMoney } from "./money";

export interface CartLine {
    price: number;
    count: number;
}

/** The cart as the page shows it. */
export class CartView {
    constructor(private lines: CartLine[]) {}

    sum(): number {
        let sum = 0;
        for (const line of this.lines) {
            sum += line.price * line.count;
        }
        return sum;
    }

    render(): string {
        return formatMoney(this.sum(), "NOK");
    }
}
