import { hints } from '../../../src/client/hints.js';
import { byLabel, parseMetrics, quantile, total } from '../../../src/client/metrics.js';

const TEXT = `# HELP rtp_packets_total Packets.
# TYPE rtp_packets_total counter
rtp_packets_total{direction="in"} 1000
rtp_packets_total{direction="out"} 1200
rtp_lost_packets_total 0
gap_ms_bucket{le="100",source="a"} 2
gap_ms_bucket{le="200",source="a"} 6
gap_ms_bucket{le="+Inf",source="a"} 8
gap_ms_bucket{le="100",source="b"} 2
gap_ms_bucket{le="200",source="b"} 2
gap_ms_bucket{le="+Inf",source="b"} 2
odd{name="a \\"b\\", c"} 1
not a metric
`;
const samples = parseMetrics(TEXT);

test('samples are summed over the labels that are not asked for', () => {
  expect(total(samples, 'rtp_packets_total')).toBe(2200);
  expect(total(samples, 'rtp_packets_total', { direction: 'in' })).toBe(1000);
  expect(total(samples, 'unknown')).toBeUndefined();
  expect(byLabel(samples, 'rtp_packets_total', 'direction')).toEqual({ in: 1000, out: 1200 });
  expect(samples.get('odd')?.[0]?.labels).toEqual({ name: 'a "b", c' });
});

test.each([
  [0.5, { source: 'a' }, 150],
  [0.99, { source: 'a' }, 200],
  [0.4, {}, 100],
  [0.5, { source: 'b' }, 50],
])('the quantile %d of %j is %d', (q, labels, value) => {
  expect(quantile(samples, 'gap_ms', q, labels)).toBeCloseTo(value);
});

test('where nothing was measured there is no quantile', () => {
  expect(quantile(samples, 'unknown', 0.5)).toBeUndefined();
  expect(quantile(parseMetrics('g_bucket{le="+Inf"} 0\n'), 'g', 0.5)).toBeUndefined();
});

describe('hints', () => {
  const found = (text: string): string[] => hints(parseMetrics(text), undefined).map(({ title }) => title);

  test.each([
    ['both ways', TEXT, []],
    ['nothing yet', '', ['No call has had audio yet']],
    ['nothing comes in', 'rtp_packets_total{direction="out"} 9\npacer_streams 1\n', ['No audio comes in']],
    ['nothing goes out', 'rtp_packets_total{direction="in"} 9\npacer_streams 1\n', ['No audio goes out']],
    ['loss', TEXT.replace('lost_packets_total 0', 'lost_packets_total 50'), ['Packets are lost']],
    [
      'few packets are no loss',
      'rtp_packets_total{direction="in"} 9\nrtp_packets_total{direction="out"} 9\nrtp_lost_packets_total 5\n',
      [],
    ],
    ['no port', `${TEXT}rtp_ports_free 0\n`, ['No RTP port is free']],
    ['no voice', `${TEXT}tts_requests_total{outcome="failed"} 2\n`, ['Sentences could not be spoken']],
  ])('%s', (_name, text, titles) => {
    expect(found(text)).toEqual(titles);
  });

  test('a part that is unwell is named, the worst first', () => {
    const services = { stt: 'degraded', tts: 'unhealthy', sip: 'healthy' } as const;
    const health = { status: 'degraded', uptime_seconds: 1, version: '1', services } as const;
    expect(hints(samples, health).map(({ title }) => title)).toEqual(['tts is unhealthy', 'stt is degraded']);
  });
});
