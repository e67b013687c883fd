import type { MonoMs } from '../kernel/time.js';
import type { DtmfDigit } from '../kernel/vocab.js';

/** Way that a key press came by: telephone events in the media, INFO in the signalling. */
export type KeyWay = 'media' | 'signalling';

/** Phones that send a press both ways send the second within this time, milliseconds. */
const ECHO_MS = 1000;
/** Keys a second that are taken; nobody presses, and no dialer sends, more. */
const KEYS_PER_SECOND = 16;

interface Press {
  readonly digit: DtmfDigit;
  readonly way: KeyWay;
  readonly at: MonoMs;
  /** The same press has come the other way. */
  echoed: boolean;
}

/** Key presses of one caller: one that comes both ways counts once, and no more than a person or a dialer sends. */
export class KeyPresses {
  #recent: Press[] = [];

  /** Whether this is a press of its own. */
  isNew(digit: DtmfDigit, way: KeyWay, at: MonoMs): boolean {
    this.#recent = this.#recent.filter((press) => at - press.at < ECHO_MS);
    const other = this.#recent.find((press) => press.digit === digit && press.way !== way && !press.echoed);
    if (other !== undefined) {
      other.echoed = true;
      return false;
    }
    if (this.#recent.length >= KEYS_PER_SECOND) return false;
    this.#recent.push({ digit, way, at, echoed: false });
    return true;
  }
}
