import { said } from './reading.js';

test.each([
  ["I can't do mondays", 'not weekdays 1'],
  ["tomorrow doesn't work", 'not 2026-12-03'],
  ['friday is no good', 'not 2026-12-04'],
  ['anything but nine', 'not 09:00|21:00'],
  ['any day next week except monday', '2026-12-07..2026-12-13; not 2026-12-07'],
  ['any day but friday', '2026-12-02..2027-12-02; not 2026-12-04'],
  ['any day other than friday', '2026-12-02..2027-12-02; not 2026-12-04'],
  ['not monday or tuesday', 'not 2026-12-07; not 2026-12-08'],
  ["I'm busy on tuesday and thursday", 'not 2026-12-08; not 2026-12-03'],
  ['no mornings please', 'not 00:00-12:00'],
  ['the time is eleven not ten', '11:00|23:00; not 10:00|22:00'],
  ['not friday but monday', 'not 2026-12-04; 2026-12-07'],
  ['instead of friday monday', 'not 2026-12-04; 2026-12-07'],
  ['could we move it from friday to monday', 'not 2026-12-04; 2026-12-07'],
  ["I can't do tuesday but thursday is fine", 'not 2026-12-08; 2026-12-03'],
  ['thursday is out how about friday', 'not 2026-12-03; 2026-12-04'],
  ['monday and tuesday are out', 'not 2026-12-07; not 2026-12-08'],
])('%s: %s', (text, read) => expect(said(text)).toBe(read));

test.each([
  ['why not friday', '2026-12-04'],
  ["why don't we do friday", '2026-12-04'],
  ["I don't mind friday", '2026-12-04'],
  ["can't you do friday", '2026-12-04'],
  ["if friday doesn't work then monday", '2026-12-04; 2026-12-07'],
  ['no, friday', '2026-12-04'],
  ['no friday', '2026-12-04'],
  ['monday not before ten', '2026-12-07; 10:00-24:00'],
])('%s leaves nothing out: %s', (text, read) => expect(said(text)).toBe(read));
