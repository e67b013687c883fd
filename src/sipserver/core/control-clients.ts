/** One application connected to the control port. */
interface ControlClient {
  readonly id: number;
  /** Verbs it wants, lower case. */
  readonly verbs: Set<string>;
}

/** Most verbs one client may route. */
const MAX_VERBS = 64;

/**
 * Authenticated clients and who gets which request: clients take turns per verb. Routes are sets, because
 * drachtio-srf sends all of its verbs again whenever it adds one.
 */
export class ControlClients {
  readonly #clients = new Map<number, ControlClient>();
  readonly #turns = new Map<string, number>();

  /** Adds an authenticated client. */
  add(id: number): void {
    this.#clients.set(id, { id, verbs: new Set() });
  }

  /** Removes a client. Returns true when it was known. */
  remove(id: number): boolean {
    return this.#clients.delete(id);
  }

  has(id: number): boolean {
    return this.#clients.has(id);
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Gives requests of this method to the client. */
  route(id: number, verb: string): void {
    const verbs = this.#clients.get(id)?.verbs;
    if (verbs !== undefined && verbs.size < MAX_VERBS) verbs.add(verb.toLowerCase());
  }

  /** Stops giving requests of this method to the client. */
  unroute(id: number, verb: string): void {
    this.#clients.get(id)?.verbs.delete(verb.toLowerCase());
  }

  /** True when some client wants requests of this method. */
  routed(method: string): boolean {
    const verb = method.toLowerCase();
    for (const client of this.#clients.values()) if (client.verbs.has(verb)) return true;
    return false;
  }

  /** The client whose turn it is, or `undefined` when no client wants the method. */
  pick(method: string): number | undefined {
    const verb = method.toLowerCase();
    const wanting: number[] = [];
    for (const client of this.#clients.values()) if (client.verbs.has(verb)) wanting.push(client.id);
    if (wanting.length === 0) return undefined;
    const turn = (this.#turns.get(verb) ?? 0) % wanting.length;
    this.#turns.set(verb, turn + 1);
    return wanting[turn];
  }
}
