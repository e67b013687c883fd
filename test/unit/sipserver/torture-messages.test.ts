import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage } from '../../../src/sipserver/core/parser.js';
import { serialize } from '../../../src/sipserver/core/message.js';
import { EngineRig } from './engine-rig.js';

const folder = process.env['LEIBNIZ_DATA_DIR'] ?? '';
const sip = join(folder, 'sip');
const present = folder !== '' && existsSync(join(sip, 'rfc4475'));
if (!present) {
  process.stderr.write('skipped: no SIP messages (set LEIBNIZ_DATA_DIR to the evaluation data)\n');
}
const withData = present ? describe : describe.skip;

/**
 * What an endpoint that routes INVITE only does with each message of RFC 4475, by section 3 of that document.
 * `drop` is silence. Responses are strays here.
 */
const OUTCOMES: Readonly<Record<string, string>> = {
  // Valid messages.
  wsinv: '481 INVITE',
  intmeth: "501 !interesting-Method0123456789_*+`.%indeed'~",
  esc01: '100 INVITE',
  escnull: '405 REGISTER',
  esc02: '501 RE%47IST%45R',
  lwsdisp: '200 OPTIONS',
  longreq: '100 INVITE',
  dblreq: '405 REGISTER',
  semiuri: '200 OPTIONS',
  transports: '200 OPTIONS',
  mpart01: '405 MESSAGE',
  unreason: 'drop',
  noreason: 'drop',
  // Invalid messages.
  badinv01: '400 INVITE',
  clerr: '400 INVITE',
  ncl: '400 INVITE',
  scalar02: '400 REGISTER',
  scalarlg: 'drop',
  quotbal: '400 INVITE',
  ltgtruri: '400 INVITE',
  lwsruri: '400 INVITE',
  lwsstart: '400 INVITE',
  trws: '200 OPTIONS',
  escruri: '400 INVITE',
  baddate: '100 INVITE',
  regbadct: '405 REGISTER',
  badaspec: '200 OPTIONS',
  baddn: '200 OPTIONS',
  badvers: '505 OPTIONS',
  mismatch01: '400 INVITE',
  mismatch02: '400 INVITE',
  bigcode: 'drop',
  // Transaction layer, application layer, backward compatibility.
  badbranch: '200 OPTIONS',
  insuf: '400 INVITE',
  unkscm: '416 OPTIONS',
  novelsc: '416 OPTIONS',
  unksm2: '405 REGISTER',
  bext01: '420 OPTIONS',
  invut: '100 INVITE',
  regaut01: '405 REGISTER',
  multi01: '400 INVITE',
  mcl01: '400 OPTIONS',
  bcast: 'drop',
  zeromf: '200 OPTIONS',
  cparam01: '405 REGISTER',
  cparam02: '405 REGISTER',
  regescrt: '405 REGISTER',
  sdp01: '100 INVITE',
  inv2543: '400 INVITE',
  test: 'drop',
};

function files(path: string, ending: RegExp): string[] {
  return readdirSync(join(sip, path))
    .filter((name) => ending.test(name))
    .map((name) => join(sip, path, name));
}

withData('RFC 4475', () => {
  const all = present
    ? [...files('rfc4475/valid', /\.dat$/), ...files('rfc4475/invalid', /\.dat$/)]
    : ['none'];

  test('every message of the collection has an expected outcome', () => {
    expect(
      all.map((path) => path.replace(/^.*\/|\.dat$/g, '')).filter((name) => !(name in OUTCOMES)),
    ).toEqual([]);
  });

  test.each(all)('%s', (path) => {
    const rig = new EngineRig();
    rig.receiveBytes(readFileSync(path));
    expect(rig.takeWire()[0] ?? 'drop').toBe(OUTCOMES[path.replace(/^.*\/|\.dat$/g, '')]);
  });
});

withData('messages of real devices', () => {
  const all = present
    ? [...files('device_messages', /\.sip$/), ...files('malformed/kirm_sipjs', /\.dat$/)]
    : ['none'];

  test.each(all)('%s parses to the same message after it is written again', (path) => {
    const first = parseMessage(readFileSync(path));
    if (!first.ok) return;
    const second = parseMessage(new TextEncoder().encode(serialize(first.value)));
    if (!second.ok) throw new Error(second.error.code);
    const comparable = ({ value }: typeof first): unknown => [
      value.headers.fields
        .filter((field) => field.key !== 'content-length')
        .map(({ key, value: text }) => [key, text]),
      value.body,
    ];
    expect(comparable(second)).toEqual(comparable(first));
  });
});
