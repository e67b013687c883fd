import { collect } from './collect.js';
import { fit } from './fit.js';

const USAGE = 'usage: main.js collect tune|report FILE [KIND …] | main.js fit FILE …';

const [, , command, ...words] = process.argv;
const [part, file, ...kinds] = words;
const dataDir = process.env['LEIBNIZ_DATA_DIR'];
if (command === 'fit' && words.length > 0) {
  process.stdout.write(`${fit(words)}\n`);
} else if (command === 'collect' && (part === 'tune' || part === 'report') && file !== undefined) {
  if (dataDir === undefined) {
    throw new Error('LEIBNIZ_DATA_DIR is not set; it names the folder with the recordings.');
  }
  process.stdout.write(`${await collect(part, dataDir, file, kinds)} clips\n`);
} else {
  throw new Error(USAGE);
}
