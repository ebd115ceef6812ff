// Bytes per second from totals that are read now and then.

const window = 8000;

export class Rate {
  #samples = [];

  /** @returns bytes per second over the last seconds; 0 until there are two readings. */
  add(total, at = performance.now()) {
    const last = this.#samples.at(-1);
    // The service started anew, or work was added: what was before says nothing.
    if (last && total < last.total)
      this.#samples = [];
    this.#samples.push({ total, at });
    while (this.#samples.length > 2 && this.#samples[1].at < at - window)
      this.#samples.shift();
    return this.now;
  }

  get now() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    return first && last.at > first.at ? (last.total - first.total) * 1000 / (last.at - first.at) : 0;
  }
}
