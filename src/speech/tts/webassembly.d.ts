/** The part of the WebAssembly API that flite needs; the ES libraries of TypeScript have it only with the DOM. */
declare namespace WebAssembly {
  type ModuleImports = Record<string, (...args: never[]) => unknown>;

  class Module {
    constructor(bytes: Uint8Array);
  }

  class Memory {
    readonly buffer: ArrayBuffer;
  }

  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
