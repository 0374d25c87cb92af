import { PROXY_ADDRESS_VARIABLE, PROXY_ORIGIN_VARIABLE, ProbeAnswer, ProbeRequest } from './contract';
import { readThroughProxy } from './runtime/probe';

const target = {
  origin: process.env[PROXY_ORIGIN_VARIABLE]!,
  address: process.env[PROXY_ADDRESS_VARIABLE],
  timeoutMs: 10_000,
};

export const handler = (request: ProbeRequest): Promise<ProbeAnswer> => readThroughProxy(target, request);
