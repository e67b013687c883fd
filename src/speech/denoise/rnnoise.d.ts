declare module '@echogarden/rnnoise-wasm' {
  /** The compiled library; pointers are bytes into its memory, of which `HEAPF32` is the current view. */
  export interface RNNoiseModule {
    readonly HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _rnnoise_create(model: number): number;
    _rnnoise_destroy(state: number): void;
    _rnnoise_get_frame_size(): number;
    _rnnoise_process_frame(state: number, out: number, input: number): number;
  }
  const load: () => Promise<RNNoiseModule>;
  export default load;
}
