import Srf from 'drachtio-srf';
import { startSipServer } from '../src/sipserver/index.js';

/**
 * The least that can answer a call: a drachtio-srf application without media on the embedded SIP server, in a process of
 * its own. Prints its SIP port.
 */
const server = await startSipServer({ host: '127.0.0.1', port: 0 });
const srf = new Srf();
srf.on('error', () => undefined);
void srf.connect({ host: server.controlHost, port: server.controlPort, secret: server.secret });
await new Promise<void>((resolve) => srf.on('connect', () => resolve()));

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 30000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');

srf.invite((request, response) => {
  srf
    .createUAS(request, response, { localSdp: SDP })
    .then((dialog) => dialog.on('destroy', () => undefined))
    .catch(() => undefined);
});
process.stdout.write(`port ${server.port}\n`);
