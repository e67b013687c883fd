/**
 * Loaded into a process with `--import`: its calendar clock, on every thread, is that of another day, so that a conversation
 * about "Friday" can be held on any day. Only where the time comes from changes; monotonic clocks and timers are the machine's.
 *
 * `EVAL_CLOCK_OFFSET_MS` says how far the clock is put ahead, ms.
 */
const offsetMs = Number(process.env['EVAL_CLOCK_OFFSET_MS'] ?? 0);
const Machine = Date;

globalThis.Date = new Proxy(Machine, {
  construct: (target, args: unknown[], as) =>
    Reflect.construct(target, args.length === 0 ? [Machine.now() + offsetMs] : args, as) as object,
  apply: () => new Machine(Machine.now() + offsetMs).toString(),
  get: (target, key) =>
    key === 'now' ? (): number => Machine.now() + offsetMs : (Reflect.get(target, key) as unknown),
});
