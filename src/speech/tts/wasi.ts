/** What a WASI command left behind. */
export interface CommandOutput {
  /** The file it wrote. */
  readonly file: Uint8Array;
  /** What it printed to standard output and standard error. */
  readonly printed: string;
  readonly exitCode: number;
}

/** Error numbers of WASI preview 1. */
const WASI_ERRNO = { success: 0, badf: 8, inval: 28, noent: 44, nospc: 51, spipe: 70 } as const;

/** The file in memory that a command writes. */
interface WasiFile {
  bytes: Uint8Array;
  length: number;
  position: number;
}

const FD_ROOT = 3;
const FD_FILE = 4;
const FILETYPE_CHARACTER_DEVICE = 2;
const FILETYPE_DIRECTORY = 3;
const FILETYPE_REGULAR_FILE = 4;
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;
/** A command that prints or writes more than this is stopped. */
const MAX_PRINTED_BYTES = 1 << 20;
const MAX_FILE_BYTES = 64 << 20;

class ExitSignal extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/**
 * Runs a WASI command (preview 1) with one writable file in memory: no disk, no environment, empty standard
 * input. Each run gets a fresh instance, so nothing is left over from the run before.
 *
 * @param module - compiled command; it must export `memory` and `_start`
 * @param args - arguments, the command's own name first
 * @param path - the only file it may open, without a leading slash
 * @throws WebAssembly.RuntimeError when the command traps
 */
export function runCommand(module: WebAssembly.Module, args: readonly string[], path: string): CommandOutput {
  const host = new CommandHost(args, path);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports() });
  const { memory, _start: start } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function') {
    throw new Error('not a WASI command');
  }
  host.memory = memory;
  let exitCode = 0;
  try {
    (start as () => void)();
  } catch (error) {
    if (!(error instanceof ExitSignal)) throw error;
    exitCode = error.code;
  }
  return { file: host.file(), printed: host.printed(), exitCode };
}

/** The system calls that a command needs; those missing here are refused with ENOSYS. */
class CommandHost {
  memory: WebAssembly.Memory | undefined;
  readonly #args: readonly Uint8Array[];
  readonly #file: WasiFile = { bytes: new Uint8Array(1 << 18), length: 0, position: 0 };
  readonly #printed: Uint8Array[] = [];
  #printedBytes = 0;

  constructor(
    args: readonly string[],
    private readonly path: string,
  ) {
    const encoder = new TextEncoder();
    this.#args = args.map((arg) => encoder.encode(`${arg.replaceAll('\0', '')}\0`));
  }

  file(): Uint8Array {
    return this.#file.bytes.subarray(0, this.#file.length);
  }

  printed(): string {
    return new TextDecoder().decode(Buffer.concat(this.#printed));
  }

  imports(): WebAssembly.ModuleImports {
    return {
      args_sizes_get: (count: number, bytes: number) => this.#argsSizes(count, bytes),
      args_get: (table: number, buffer: number) => this.#argsGet(table, buffer),
      environ_sizes_get: (count: number, bytes: number) => this.#zeros(count, bytes),
      environ_get: () => WASI_ERRNO.success,
      clock_time_get: (_clock: number, _precision: bigint, out: number) => {
        this.#view().setBigUint64(out, process.hrtime.bigint(), true);
        return WASI_ERRNO.success;
      },
      random_get: (at: number, length: number) => {
        this.#bytes(at, length).fill(0);
        return WASI_ERRNO.success;
      },
      fd_prestat_get: (fd: number, out: number) => this.#prestat(fd, out),
      fd_prestat_dir_name: (fd: number, at: number) => {
        if (fd !== FD_ROOT) return WASI_ERRNO.badf;
        this.#bytes(at, 1)[0] = '/'.charCodeAt(0);
        return WASI_ERRNO.success;
      },
      fd_fdstat_get: (fd: number, out: number) => this.#fdstat(fd, out),
      fd_fdstat_set_flags: () => WASI_ERRNO.success,
      fd_close: () => WASI_ERRNO.success,
      fd_read: (_fd: number, _iovs: number, _count: number, out: number) => {
        this.#view().setUint32(out, 0, true);
        return WASI_ERRNO.success;
      },
      fd_write: (fd: number, iovs: number, count: number, out: number) => this.#write(fd, iovs, count, out),
      fd_seek: (fd: number, offset: bigint, whence: number, out: number) =>
        this.#seek(fd, offset, whence, out),
      path_open: (_fd: number, _flags: number, at: number, length: number, ...rest: unknown[]) =>
        this.#open(at, length, rest.at(-1) as number),
      proc_exit: (code: number) => {
        throw new ExitSignal(code);
      },
    };
  }

  #view(): DataView {
    if (this.memory === undefined) throw new Error('the command has no memory yet');
    return new DataView(this.memory.buffer);
  }

  #bytes(at: number, length: number): Uint8Array {
    if (this.memory === undefined) throw new Error('the command has no memory yet');
    return new Uint8Array(this.memory.buffer, at, length);
  }

  #zeros(first: number, second: number): number {
    this.#view().setUint32(first, 0, true);
    this.#view().setUint32(second, 0, true);
    return WASI_ERRNO.success;
  }

  #argsSizes(count: number, bytes: number): number {
    const view = this.#view();
    view.setUint32(count, this.#args.length, true);
    view.setUint32(
      bytes,
      this.#args.reduce((sum, arg) => sum + arg.length, 0),
      true,
    );
    return WASI_ERRNO.success;
  }

  #argsGet(table: number, buffer: number): number {
    const view = this.#view();
    let slot = table;
    let at = buffer;
    for (const arg of this.#args) {
      view.setUint32(slot, at, true);
      this.#bytes(at, arg.length).set(arg);
      slot += 4;
      at += arg.length;
    }
    return WASI_ERRNO.success;
  }

  #prestat(fd: number, out: number): number {
    if (fd !== FD_ROOT) return WASI_ERRNO.badf;
    const view = this.#view();
    view.setUint8(out, 0);
    view.setUint32(out + 4, 1, true);
    return WASI_ERRNO.success;
  }

  #fdstat(fd: number, out: number): number {
    this.#bytes(out, 24).fill(0);
    const view = this.#view();
    const standard = fd < FD_ROOT ? FILETYPE_CHARACTER_DEVICE : FILETYPE_REGULAR_FILE;
    view.setUint8(out, fd === FD_ROOT ? FILETYPE_DIRECTORY : standard);
    view.setBigUint64(out + 8, ALL_RIGHTS, true);
    view.setBigUint64(out + 16, ALL_RIGHTS, true);
    return WASI_ERRNO.success;
  }

  #open(at: number, length: number, out: number): number {
    const name = new TextDecoder().decode(this.#bytes(at, length)).replace(/^\/+/, '');
    if (name !== this.path) return WASI_ERRNO.noent;
    this.#file.position = 0;
    this.#view().setUint32(out, FD_FILE, true);
    return WASI_ERRNO.success;
  }

  #seek(fd: number, offset: bigint, whence: number, out: number): number {
    if (fd !== FD_FILE) return WASI_ERRNO.spipe;
    const file = this.#file;
    const base = [0, file.position, file.length][whence];
    const position = base === undefined ? -1 : base + Number(offset);
    if (!(position >= 0 && position <= MAX_FILE_BYTES)) return WASI_ERRNO.inval;
    file.position = position;
    this.#view().setBigUint64(out, BigInt(position), true);
    return WASI_ERRNO.success;
  }

  #write(fd: number, iovs: number, count: number, out: number): number {
    const view = this.#view();
    let written = 0;
    for (let i = 0; i < count; i++) {
      const data = this.#bytes(view.getUint32(iovs + 8 * i, true), view.getUint32(iovs + 8 * i + 4, true));
      if (!(fd === FD_FILE ? this.#append(data) : this.#print(data))) return WASI_ERRNO.nospc;
      written += data.length;
    }
    view.setUint32(out, written, true);
    return WASI_ERRNO.success;
  }

  #print(data: Uint8Array): boolean {
    this.#printedBytes += data.length;
    if (this.#printedBytes > MAX_PRINTED_BYTES) return false;
    this.#printed.push(data.slice());
    return true;
  }

  #append(data: Uint8Array): boolean {
    const file = this.#file;
    const end = file.position + data.length;
    if (end > MAX_FILE_BYTES) return false;
    if (end > file.bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * file.bytes.length));
      grown.set(file.bytes);
      file.bytes = grown;
    }
    file.bytes.set(data, file.position);
    file.position = end;
    file.length = Math.max(file.length, end);
    return true;
  }
}
