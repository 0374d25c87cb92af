/** The generator `minstd_rand` of C++. */
const MODULUS = 2_147_483_647;

/** Random numbers that a seed determines. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed % (MODULUS - 1)) + 1;
    // Similar seeds begin with similar numbers.
    for (let round = 0; round < 10; round++) this.next();
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.state = (this.state * 48_271) % MODULUS;
    return (this.state - 1) / (MODULUS - 1);
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)];
  }

  /** Hexadecimal digits. */
  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.integer(0, 0xffffff).toString(16).padStart(6, '0');
    return digits.slice(0, length);
  }
}
