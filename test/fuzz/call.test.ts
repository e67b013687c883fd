import { err, ok } from '../../src/kernel/result.js';
import { randomInt, seededRng, type Rng } from '../../src/kernel/rng.js';
import { parseDtmfInfo } from '../../src/call/core/dtmf-info.js';
import { Pacer } from '../../src/media/pacer.js';
import { RtpMediaSession } from '../../src/media/rtp-media-session.js';
import { heldBytes } from '../support/heap.js';
import { VirtualNetwork } from '../support/virtual-rtp.js';
import { VirtualTime } from '../support/virtual-time.js';
import { openFixture, OFFER, RecordingHost, type Fixture } from '../unit/call/edge-fixture.js';
import { StubMessage, StubRequest, type StubDialog, type StubResponse } from '../unit/call/stub-srf.js';
import { mutateText, pick } from './mutate.js';

const KEYS = [
  ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'],
  ['application/dtmf-relay', 'Signal= 11\r\nDuration = 250\r\n'],
  ['application/dtmf', '7'],
  ['application/vnd.nortelnetworks.digits', 'p=Digit-Collection\r\ny=Digits\r\nd=1234#\r\n'],
  ['audio/telephone-event', 'Signal=*\r\nDuration=99999999999\r\n'],
] as const;
const KEY_WORDS = ['Signal=', 'Duration=', 'd=', '16', '*#ABCD', '9'.repeat(40)];
const DIALOG_METHODS = ['modify', 'update', 'info', 'notify', 'options', 'message', 'refer'] as const;
/** Bytes that may stay after thousands of requests; 1 kB a request would leave 3 MB. */
const HEAP_NOISE = 1_500_000;

const decoder = new TextDecoder('latin1');
const mutate = (rng: Rng, text: string, words: readonly string[] = []): string =>
  decoder.decode(mutateText(rng, text, words));

test('3,000 mutated INFO bodies: no throw, keys of the keypad only, at most 32 of sane length', () => {
  const rng = seededRng(301);
  let keys = 0;
  for (let n = 0; n < 3000; n++) {
    const [type, body] = pick(rng, KEYS);
    const contentType = rng.float() < 0.2 ? mutate(rng, type) : type;
    const digits = parseDtmfInfo(contentType, mutate(rng, body, KEY_WORDS)) ?? [];
    expect(digits.length).toBeLessThanOrEqual(32);
    for (const { digit, durationMs } of digits) {
      expect('0123456789*#ABCD').toContain(digit);
      expect(durationMs).toBeGreaterThanOrEqual(40);
      expect(durationMs).toBeLessThanOrEqual(5000);
    }
    keys += digits.length;
  }
  expect(keys).toBeGreaterThan(1000);
});

/** Calls one after the other, with real media, whose peer says anything. */
class Storm {
  readonly statuses = new Map<number, number>();
  calls = 0;
  openMedia = 0;
  #dialog: StubDialog | undefined;
  #invites = 0;

  private constructor(
    readonly fixture: Fixture,
    readonly host: RecordingHost,
    readonly rng: Rng,
  ) {}

  static async open(rng: Rng): Promise<Storm> {
    const time = new VirtualTime();
    const host = new RecordingHost();
    const storm = new Storm(await openFixture({ host, scheduler: time }), host, rng);
    storm.#takeMedia(time);
    return storm;
  }

  /** One INVITE, or one request of the call that stands. */
  async step(time: VirtualTime): Promise<void> {
    if (this.#dialog === undefined || this.rng.float() < 0.1) await this.#invite(time);
    else this.#request(this.#dialog);
    await time.advance(randomInt(this.rng, 0, 60));
    this.#forget();
  }

  /** Ends what stands and lets every timer run out. */
  async end(time: VirtualTime): Promise<void> {
    this.#hangUp();
    await time.advance(200_000);
    this.#forget();
  }

  async #invite(time: VirtualTime): Promise<void> {
    this.#hangUp();
    const { srf } = this.fixture;
    const number = ++this.#invites;
    const request = new StubRequest(
      'INVITE',
      this.#maybe('sip:agent@127.0.0.1'),
      this.#headers({
        Via: `SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK${number}`,
        From: '"Ann" <sip:+4930123456@192.0.2.10>;tag=a1',
        To: '<sip:agent@127.0.0.1>',
        'Call-ID': `call-${number}`,
        CSeq: '1 INVITE',
        Contact: '<sip:ann@192.0.2.10:5060>',
        'P-Asserted-Identity': '"Ann" <sip:+4930123456@192.0.2.10>, <tel:+4930123456>',
        Diversion: '<sip:100@192.0.2.10>;reason=unconditional',
        Privacy: 'none',
        'User-Agent': 'phone',
        'Content-Type': 'application/sdp',
      }),
      pick(this.rng, [this.#maybe(OFFER), '']),
    );
    const response = srf.receive('invite', request);
    if (this.rng.float() < 0.1) request.emit('cancel');
    await time.advance(0);
    if (srf.answers.length === 0) return this.#count(response);
    const dialog = srf.confirmAnswer();
    this.#dialog = dialog;
    this.calls++;
    dialog.emit('ack', new StubMessage(this.#headers({ CSeq: '1 ACK' }), this.#maybe(OFFER)));
  }

  #request(dialog: StubDialog): void {
    const method = pick(this.rng, DIALOG_METHODS);
    const cseq = randomInt(this.rng, 1, 9);
    const [keyType, keys] = pick(this.rng, KEYS);
    const [type, body] = pick(this.rng, [
      ['application/sdp', OFFER],
      [keyType, keys],
      ['message/sipfrag;version=2.0', 'SIP/2.0 180 Ringing\r\n'],
      ['multipart/mixed;boundary=b', `--b\r\nContent-Type: application/sdp\r\n\r\n${OFFER}\r\n--b--\r\n`],
      ['text/plain', ''],
    ] as const);
    if (this.rng.float() < 0.1) this.fixture.host.legs.at(-1)?.transfer('sip:+4930999@192.0.2.10');
    const headers = this.#headers({
      CSeq: `${cseq} ${method.toUpperCase()}`,
      'Content-Type': type,
      Event: 'refer',
      'Subscription-State': 'active;expires=60',
      Reason: 'Q.850;cause=16;text="x"',
    });
    if (this.rng.float() < 0.1) {
      dialog.emit('ack', new StubMessage(headers, this.#maybe(OFFER)));
      return;
    }
    this.#count(dialog.receive(method, headers, this.#maybe(body)));
  }

  #hangUp(): void {
    const dialog = this.#dialog;
    if (dialog === undefined) return;
    dialog.bye('normal release', this.#headers({ Reason: 'SIP;cause=200;text="bye"' }));
    this.fixture.srf.removeDialog(dialog);
    this.#dialog = undefined;
  }

  /** Every request has one final answer, and none is 500. */
  #count(response: StubResponse): void {
    const finals = response.sent.map(({ status }) => status).filter((status) => status >= 200);
    expect(finals.length).toBeLessThanOrEqual(1);
    const [status = 0] = finals;
    expect(status).not.toBe(500);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  #headers(all: Record<string, string>): Record<string, string> {
    const kept = Object.entries(all).filter(() => this.rng.float() > 0.02);
    return Object.fromEntries(kept.map(([name, value]) => [name, this.#maybe(value)]));
  }

  #maybe(text: string): string {
    return this.rng.float() < 0.15 ? mutate(this.rng, text) : text;
  }

  /** Keeps the fixture's own records short. */
  #forget(): void {
    const { srf, log } = this.fixture;
    // A failure that was absorbed would stand here.
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    log.lines.length = 0;
    srf.answers.length = 0;
    for (const list of [this.host.log, this.host.ended, this.host.events]) list.length = 0;
    this.host.legs.splice(0, this.host.legs.length - 1);
  }

  /** The host answers with real negotiation. */
  #takeMedia(time: VirtualTime): void {
    const network = new VirtualNetwork(time);
    const pacer = new Pacer(time);
    const open = new Map<string, RtpMediaSession>();
    let port = 5000;
    this.host.openMedia = async (id, offer) => {
      const transport = network.transport('127.0.0.1', (port += 2));
      const media = new RtpMediaSession({
        transport,
        pacer,
        scheduler: time,
        rng: this.rng,
        localHost: '127.0.0.1',
      });
      const sdp = offer === undefined ? ok({ sdp: media.createOffer() }) : media.answerOffer(offer);
      if (!sdp.ok) {
        void media.close();
        return err({ status: 488, reason: 'no media' });
      }
      open.set(id, media);
      this.openMedia++;
      return ok({ sdp: sdp.value.sdp });
    };
    this.host.acceptAnswer = (id, sdp) => open.get(id)?.acceptAnswer(sdp) ?? err('gone');
    this.host.reoffer = (id, offer) => {
      const media = open.get(id);
      if (media === undefined) return err({ status: 488 });
      if (offer === undefined) return ok({ sdp: media.createOffer() });
      const answer = media.answerOffer(offer);
      return answer.ok ? ok({ sdp: answer.value.sdp }) : err({ status: 488 });
    };
    this.host.releaseMedia = (id) => {
      void open.get(id)?.close();
      if (open.delete(id)) this.openMedia--;
    };
  }
}

test('4,000 mutated requests of calls with real media: none fails inside, each is answered once, nothing is kept', async () => {
  const storm = await Storm.open(seededRng(302));
  const { edge, time } = storm.fixture;
  const run = async (requests: number): Promise<number> => {
    for (let n = 0; n < requests; n++) await storm.step(time);
    await storm.end(time);
    expect(edge.stats()).toMatchObject({ active: 0, open: 0 });
    expect(storm.openMedia).toBe(0);
    return heldBytes();
  };
  const before = await run(1000);
  expect((await run(3000)) - before).toBeLessThan(HEAP_NOISE);
  expect(storm.calls).toBeGreaterThan(100);
  expect([...storm.statuses.keys()]).toEqual(
    expect.arrayContaining([200, 400, 405, 415, 481, 488, 489, 491]),
  );
}, 60_000);
