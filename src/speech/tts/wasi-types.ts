/** Error numbers of WASI preview 1 that {@link runCommand} answers with. */
export const WASI_ERRNO = { success: 0, badf: 8, inval: 28, noent: 44, nospc: 51, spipe: 70 } as const;

/** The file in memory that a command writes. */
export interface WasiFile {
  bytes: Uint8Array;
  length: number;
  position: number;
}
