import { createHash } from 'node:crypto';

/** A stream of random values that is the same for the same seed. Each purpose has a stream of its own. */
export class SeededRandom {
  private drawn = 0;

  constructor(private readonly seed: string) {}

  /** Between 0 and 1, without 1. */
  fraction(): number {
    return this.draw().readUInt32BE(0) / 2 ** 32;
  }

  /** `length` hexadecimal digits, at most 64. */
  hex(length: number): string {
    return this.draw().toString('hex').slice(0, length);
  }

  /** A version 4 UUID. */
  uuid(): string {
    const digits = this.hex(32);
    const variant = '89ab'[Number.parseInt(digits[16], 16) % 4];
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `${variant}${digits.slice(17, 20)}`,
      digits.slice(20, 32),
    ].join('-');
  }

  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.fraction() }))
      .sort((one, other) => one.order - other.order)
      .map(({ item }) => item);
  }

  private draw(): Buffer {
    return createHash('sha256').update(`${this.seed}/${this.drawn++}`).digest();
  }
}
