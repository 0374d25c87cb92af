export type { Session } from './session';
export { SignallingServer, type SignallingServerOptions } from './signalling-server';
