import type { Rng } from '../../kernel/rng.js';
import { rtpAdd, rtpTs, type RtpTs } from '../../kernel/time.js';
import type { Codec } from './codec.js';
import type { DtmfPacket } from './dtmf-sender.js';
import { FRAME_SAMPLES, SAMPLES_PER_MS } from './frame.js';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.js';

/** Longest packet time (60 ms) and one frame more. */
const BUFFER_BYTES = 80 * SAMPLES_PER_MS;
/** Room for the largest Opus frame at the rates we use. */
const MAX_FRAME_BYTES = 512;

/**
 * The sending half of an RTP stream: numbers packets, keeps the timestamp running with the clock, and cuts frames
 * into packets of the negotiated length. Sequence number, timestamp and SSRC start at random (RFC 3550 section 5.1).
 */
export class RtpSender {
  readonly ssrc: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES + MAX_FRAME_BYTES);
  #codec: Codec;
  #payloadType = 0;
  #packetSamples = FRAME_SAMPLES;
  #sequence: number;
  #timestamp: RtpTs;
  #buffered = 0;
  #bufferTimestamp: RtpTs;
  #marker = true;
  #packets = 0;
  #octets = 0;

  /** @param emit - takes each packet; the bytes are fresh and belong to the receiver */
  constructor(
    rng: Rng,
    codec: Codec,
    private readonly emit: (packet: Uint8Array) => void,
  ) {
    this.#codec = codec;
    this.ssrc = rng.uint32();
    // The lower half leaves the first wrap far away, which kindles fewer bugs in peers that unwrap badly.
    this.#sequence = rng.uint32() & 0x7fff;
    this.#timestamp = rtpTs(rng.uint32());
    this.#bufferTimestamp = this.#timestamp;
  }

  /** RTP timestamp of the next frame. */
  get timestamp(): RtpTs {
    return this.#timestamp;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Payload octets sent, headers excluded. */
  get octets(): number {
    return this.#octets;
  }

  /** RTP timestamp units in one frame of 20 ms. */
  get unitsPerFrame(): number {
    return FRAME_SAMPLES * this.#codec.ticksPerSample;
  }

  /** Changes what is sent from the next frame on. */
  configure(codec: Codec, payloadType: number, packetMs: number): void {
    this.#buffered = 0;
    this.#codec = codec;
    this.#payloadType = payloadType;
    this.#packetSamples = codec.byteIsSample ? packetMs * SAMPLES_PER_MS : FRAME_SAMPLES;
  }

  /** Sends one frame of PCM at the codec's rate. `marker` asks for the marker bit on the packet that carries it. */
  frame(pcm: Int16Array, marker: boolean): void {
    if (this.#buffered === 0) this.#bufferTimestamp = this.#timestamp;
    if (marker) this.#marker = true;
    this.#buffered += this.#codec.encode(pcm, this.#buffer, this.#buffered);
    this.#timestamp = rtpAdd(this.#timestamp, this.unitsPerFrame);
    if (!this.#codec.byteIsSample) {
      this.#sendBuffered(this.#buffered);
      return;
    }
    while (this.#buffered >= this.#packetSamples) this.#sendBuffered(this.#packetSamples);
  }

  /** Sends a telephone event in place of a frame; time moves on all the same. */
  dtmf(packet: DtmfPacket, payloadType: number): void {
    this.#flush();
    this.#send(packet.payload, packet.payload.length, payloadType, packet.marker, packet.timestamp);
    this.skip(1);
  }

  /** Lets frames pass unsent (hold, pause between keys, ticks that were skipped). */
  skip(frames: number): void {
    this.#flush();
    this.#timestamp = rtpAdd(this.#timestamp, frames * this.unitsPerFrame);
    // RFC 3551 section 4.1: the first packet after a gap in sending carries the marker.
    this.#marker = true;
  }

  /** Sends what is left of a packet before something else comes. */
  #flush(): void {
    if (this.#buffered > 0) this.#sendBuffered(this.#buffered);
  }

  #sendBuffered(bytes: number): void {
    this.#send(this.#buffer, bytes, this.#payloadType, this.#marker, this.#bufferTimestamp);
    this.#marker = false;
    this.#buffer.copyWithin(0, bytes, this.#buffered);
    this.#buffered -= bytes;
    this.#bufferTimestamp = rtpAdd(this.#bufferTimestamp, bytes * this.#codec.ticksPerSample);
  }

  #send(payload: Uint8Array, length: number, payloadType: number, marker: boolean, timestamp: RtpTs): void {
    const packet = new Uint8Array(RTP_HEADER_BYTES + length);
    writeRtpHeader(packet, payloadType, marker, this.#sequence, timestamp, this.ssrc);
    packet.set(length === payload.length ? payload : payload.subarray(0, length), RTP_HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets++;
    this.#octets += length;
    this.emit(packet);
  }
}
