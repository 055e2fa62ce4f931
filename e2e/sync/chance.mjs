// Chance that can be had again: the same seed, the same numbers.

export class Chance {
  #state
  /** @param {number} seed */
  constructor(seed) { this.#state = (seed * 2654435761) >>> 0 }

  /** in [0, 1) */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** 0 … n-1 @param {number} n */
  below(n) { return Math.floor(this.next() * n) }
  /** true that many times in a hundred @param {number} percent */
  in100(percent) { return this.next() * 100 < percent }
  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) { return list[this.below(list.length)] }
  /** @param {Uint8Array} bytes */
  fill(bytes) { for (let i = 0; i < bytes.length; i++) bytes[i] = this.below(256) }
}
