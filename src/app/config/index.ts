export { isLoopback } from './check.js';
export type { Config, LogLevel } from './config.js';
export { readEnvironment } from './environment.js';
export type { SipServerChoice } from './kinds.js';
export { ConfigInvalidError, loadConfig, showConfig, type Environment, type ShownSetting } from './load.js';
export { renderConfigurationDoc, renderEnvExample } from './render.js';
