import { endOnSignals, runReports, type Measurement } from './run-reports.js';

/** Every benchmark, cheap ones first. Modules are loaded when they run, so that none pays for another's memory. */
const BENCHES: readonly Measurement[] = [
  {
    name: 'media-codecs',
    about: 'cost of one 20 ms frame in each stage of the media path',
    run: async () => (await import('./media-codecs.js')).run(),
  },
  {
    name: 'media-pacer',
    about: 'lateness of the pacer with 25 calls and nothing else',
    run: async () => (await import('./media-pacer.js')).run(),
  },
  {
    name: 'threads',
    about: 'lateness of the pacer beside flat-out recogniser, synthesiser and store',
    run: async () => (await import('./threads.js')).run(),
  },
  {
    name: 'speech-vad',
    about: 'cost of voice activity detection',
    run: async () => (await import('./speech-vad.js')).run(),
  },
  {
    name: 'speech-stt',
    about: 'cost of speech to text',
    run: async () => (await import('./speech-stt.js')).run(),
  },
  {
    name: 'speech-tts',
    about: 'cost of text to speech',
    run: async () => (await import('./speech-tts.js')).run(),
  },
  {
    name: 'capacity',
    about: 'start-up time, memory, and processor time per minute of call',
    run: async () => (await import('./capacity.js')).run(),
  },
  {
    name: 'response-gap',
    about: "from the caller's last word to the agent's first, on the wire",
    run: async () => (await import('./response-gap.js')).run(),
  },
];

endOnSignals();
// The exit code is left to the end of the event loop: inference threads must have closed before the process does.
process.exitCode = await runReports('bench', BENCHES, process.argv.slice(2));
