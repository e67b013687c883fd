// Native addons (onnxruntime-node) compare typed arrays with the host realm's
// constructors, which a jest VM context replaces; hand the host's through.
const { TestEnvironment } = require('jest-environment-node');

const HOST_TYPES = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
];

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of HOST_TYPES) {
      if (globalThis[name] !== undefined) this.global[name] = globalThis[name];
    }
  }
};
