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
    name: 'retrieval',
    about: 'a question on 10,000 passages, and how long a build holds questions up',
    run: async () => (await import('./retrieval.js')).run(),
  },
  {
    name: 'hops',
    about: 'recognition, synthesis, intents and answers in process and in roles over HTTP, cached and not',
    run: async () => (await import('./hops.js')).run(),
  },
  {
    name: 'guard',
    about: 'time of a verdict on what a caller or a model says, in the thread of the calls',
    run: async () => (await import('./guard.js')).run(),
  },
  {
    name: 'llm',
    about: 'cost of one streamed chunk of a language model, beside the package openai',
    run: async () => (await import('./llm.js')).run(),
  },
  {
    name: 'capacity',
    about: 'start-up time, memory, and processor time per minute of call',
    run: async () => (await import('./capacity.js')).run(),
  },
  {
    name: 'call-cost',
    about: 'processor time and memory of short calls, beside a bare drachtio-srf application',
    run: async () => (await import('./call-cost.js')).run(),
  },
  {
    name: 'admission',
    about:
      'calls taken and refused when more are offered than a machine can carry, and how the taken ones fare',
    run: async () => (await import('./admission.js')).run(),
  },
  {
    name: 'response-gap',
    about: "from the caller's last word to the agent's first, on the wire",
    options: { against: 'a commit that takes the same calls in the same run' },
    run: async ({ given }) => (await import('./response-gap.js')).run({ against: given['against']?.at(-1) }),
  },
];

endOnSignals();
// The exit code is left to the end of the event loop: inference threads must have closed before the process does.
process.exitCode = await runReports('bench', BENCHES, process.argv.slice(2));
