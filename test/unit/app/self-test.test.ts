import { linesOf } from '../../../src/app/self-test.js';

const MANY_PORTS = 1000;

test.each([
  ['two cores of usual speed', 2, 60, MANY_PORTS, 16],
  ['a recogniser twice as fast', 2, 30, MANY_PORTS, 32],
  ['one half as fast', 2, 120, MANY_PORTS, 8],
  ['half a core, as a container is given', 0.5, 60, MANY_PORTS, 4],
  ['a machine that is far too slow still takes two', 1, 5000, MANY_PORTS, 2],
  ['a recogniser that did not answer counts as usual', 4, undefined, MANY_PORTS, 32],
  ['half of the ports are for calls that have just ended', 64, 60, 50, 25],
  ['one pair is enough for one call', 64, 60, 1, 1],
])('%s', (_what, cores, decodeMsPerSecond, ports, lines) => {
  expect(linesOf({ cores, decodeMsPerSecond }, ports)).toBe(lines);
});
