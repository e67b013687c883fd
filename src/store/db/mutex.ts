/** First-come first-served lock for asynchronous sections of one thread. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /** Resolves with the release function when the lock is held. Releasing twice does nothing. */
  async acquire(): Promise<() => void> {
    const before = this.#tail;
    let release: () => void = () => undefined;
    this.#tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  /** Runs `section` while the lock is held. */
  async run<T>(section: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await section();
    } finally {
      release();
    }
  }
}
