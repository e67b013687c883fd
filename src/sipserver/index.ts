export { startSipServer, type SipServer, type SipServerLog, type SipServerOptions } from './sip-server.js';
export type { SipServerLimits } from './core/context.js';
export type { SipServerStats } from './core/stats.js';
