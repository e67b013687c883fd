/**
 * ITU-T G.722 at 64 kbit/s (mode 1): two sub-bands by a quadrature mirror filter, ADPCM of 6 bits for the lower and of
 * 2 bits for the upper one. One byte is two samples at 16 kHz. All arithmetic is the fixed-point one of the
 * recommendation, so that encoder and decoder of any two makers stay in step.
 */

/** Quantiser decision levels and code words of the lower band (tables 4 and 5 of the recommendation). */
const Q6 = Int16Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121],
  ...[1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
const ILN = Uint8Array.of(
  ...[
    0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8,
  ],
  ...[7, 6, 5, 4],
);
const ILP = Uint8Array.of(
  ...[0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37],
  ...[36, 35, 34, 33, 32],
);
/** Output levels of the inverse quantisers: 2 and 4 bits (adaptation), 6 bits (output of the lower band). */
const QM2 = Int16Array.of(-7408, -1616, 7408, 1616);
const QM4 = Int16Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
);
const QM6 = Int16Array.of(
  ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360],
  ...[
    -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
  ],
  ...[-1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856],
  ...[
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
  ],
  ...[-432, -136],
);
/** Steps of the logarithmic scale factors, by code word. */
const WL = Int16Array.of(-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60);
const WH = Int16Array.of(798, -214, 798, -214);
/** Mantissas of the scale factors: 2048 * 2^(i/32). */
const ILB = Int16Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896],
  ...[2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);
/** Half of the symmetric quadrature mirror filter of 24 taps. */
const QMF = Int16Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const QMF_TAPS = 24;

const saturate = (value: number): number => (value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value);
const clamp = (value: number, min: number, max: number): number =>
  value < min ? min : value > max ? max : value;

/** Adaptive predictor and scale factor of one sub-band; the names in the comments are those of the recommendation. */
class Band {
  /** Prediction of the next sample (SL, SH). */
  s = 0;
  /** Scale factor of the quantiser (DETL, DETH). */
  det: number;
  #nb = 0;
  #sz = 0;
  readonly #a = new Int32Array(3);
  readonly #b = new Int32Array(7);
  readonly #d = new Int32Array(7);
  readonly #p = new Int32Array(3);
  readonly #r = new Int32Array(3);

  constructor(
    det: number,
    private readonly maxNb: number,
    private readonly shift: number,
  ) {
    this.det = det;
  }

  /** Moves on by one quantised difference: scale factor (LOGSCL, SCALEL), then predictor. */
  adapt(difference: number, step: number): void {
    this.#nb = clamp(((this.#nb * 127) >> 7) + step, 0, this.maxNb);
    const mantissa = ILB[(this.#nb >> 6) & 31] as number;
    const exponent = this.shift - (this.#nb >> 11);
    this.det = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
    this.#predict(difference);
  }

  #predict(difference: number): void {
    const d = this.#d;
    const p = this.#p;
    const r = this.#r;
    d[0] = difference;
    r[0] = saturate(this.s + difference);
    p[0] = saturate(this.#sz + difference);
    this.#updatePoles();
    this.#updateZeros();
    d.copyWithin(1, 0, 6);
    r.copyWithin(1, 0, 2);
    p.copyWithin(1, 0, 2);
    const a = this.#a;
    const poles = saturate(
      (((a[1] as number) * saturate(2 * (r[1] as number))) >> 15) +
        (((a[2] as number) * saturate(2 * (r[2] as number))) >> 15),
    );
    let zeros = 0;
    for (let i = 6; i > 0; i--) {
      zeros = saturate(zeros + (((this.#b[i] as number) * saturate(2 * (d[i] as number))) >> 15));
    }
    this.#sz = zeros;
    this.s = saturate(poles + zeros);
  }

  /** UPPOL2 and UPPOL1: the two poles follow the signs of the partial reconstruction. */
  #updatePoles(): void {
    const a = this.#a;
    const p = this.#p;
    const sign0 = (p[0] as number) >> 15;
    const sameAs1 = sign0 === (p[1] as number) >> 15;
    const sameAs2 = sign0 === (p[2] as number) >> 15;
    const slope = saturate((a[1] as number) << 2);
    const turn = Math.min(32_767, sameAs1 ? -slope : slope);
    const second = (sameAs2 ? 128 : -128) + (turn >> 7) + (((a[2] as number) * 32_512) >> 15);
    const a2 = clamp(second, -12_288, 12_288);
    const limit = saturate(15_360 - a2);
    const first = saturate((sameAs1 ? 192 : -192) + (((a[1] as number) * 32_640) >> 15));
    a[1] = clamp(first, -limit, limit);
    a[2] = a2;
  }

  /** UPZERO: the six zeros follow the signs of the differences. */
  #updateZeros(): void {
    const b = this.#b;
    const d = this.#d;
    const newest = d[0] as number;
    const step = newest === 0 ? 0 : 128;
    const sign = newest >> 15;
    for (let i = 1; i <= 6; i++) {
      const turn = (d[i] as number) >> 15 === sign ? step : -step;
      b[i] = saturate(turn + (((b[i] as number) * 32_640) >> 15));
    }
  }
}

const lowerBand = (): Band => new Band(32, 18_432, 8);
const upperBand = (): Band => new Band(8, 22_528, 10);

/** Encoder of one stream. */
export class G722Encoder {
  readonly #low = lowerBand();
  readonly #high = upperBand();
  readonly #x = new Int32Array(QMF_TAPS);

  /** Encodes PCM16 at 16 kHz, an even number of samples, into `out` at `offset`; returns the number of bytes. */
  encode(pcm: Int16Array, out: Uint8Array, offset = 0): number {
    const x = this.#x;
    const bytes = pcm.length >> 1;
    for (let n = 0; n < bytes; n++) {
      x.copyWithin(0, 2);
      x[22] = pcm[2 * n] as number;
      x[23] = pcm[2 * n + 1] as number;
      let odd = 0;
      let even = 0;
      for (let i = 0; i < 12; i++) {
        odd += (x[2 * i] as number) * (QMF[i] as number);
        even += (x[2 * i + 1] as number) * (QMF[11 - i] as number);
      }
      out[offset + n] = this.#upper((even - odd) >> 14) | this.#lower((even + odd) >> 14);
    }
    return bytes;
  }

  #lower(sample: number): number {
    const band = this.#low;
    const difference = saturate(sample - band.s);
    const size = difference >= 0 ? difference : ~difference;
    let level = 1;
    while (level < 30 && size >= ((Q6[level] as number) * band.det) >> 12) level++;
    const code = (difference < 0 ? ILN[level] : ILP[level]) as number;
    const coarse = code >> 2;
    band.adapt((band.det * (QM4[coarse] as number)) >> 15, WL[coarse] as number);
    return code;
  }

  #upper(sample: number): number {
    const band = this.#high;
    const difference = saturate(sample - band.s);
    const size = difference >= 0 ? difference : ~difference;
    const far = size >= (564 * band.det) >> 12;
    const code = difference < 0 ? (far ? 0 : 1) : far ? 2 : 3;
    band.adapt((band.det * (QM2[code] as number)) >> 15, WH[code] as number);
    return code << 6;
  }
}

/** Decoder of one stream. */
export class G722Decoder {
  readonly #low = lowerBand();
  readonly #high = upperBand();
  readonly #x = new Int32Array(QMF_TAPS);

  /** Decodes as many bytes as `out` has room for, two samples at 16 kHz each; returns the number of samples. */
  decode(bytes: Uint8Array, out: Int16Array): number {
    const x = this.#x;
    const count = Math.min(bytes.length, out.length >> 1);
    for (let n = 0; n < count; n++) {
      const code = bytes[n] as number;
      const low = this.#lower(code & 63);
      const high = this.#upper(code >> 6);
      x.copyWithin(0, 2);
      x[22] = low + high;
      x[23] = low - high;
      let first = 0;
      let second = 0;
      for (let i = 0; i < 12; i++) {
        second += (x[2 * i] as number) * (QMF[i] as number);
        first += (x[2 * i + 1] as number) * (QMF[11 - i] as number);
      }
      out[2 * n] = saturate(first >> 11);
      out[2 * n + 1] = saturate(second >> 11);
    }
    return 2 * count;
  }

  #lower(code: number): number {
    const band = this.#low;
    const sample = clamp(band.s + ((band.det * (QM6[code] as number)) >> 15), -16_384, 16_383);
    const coarse = code >> 2;
    band.adapt((band.det * (QM4[coarse] as number)) >> 15, WL[coarse] as number);
    return sample;
  }

  #upper(code: number): number {
    const band = this.#high;
    const difference = (band.det * (QM2[code] as number)) >> 15;
    const sample = clamp(band.s + difference, -16_384, 16_383);
    band.adapt(difference, WH[code] as number);
    return sample;
  }
}
