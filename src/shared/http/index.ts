export { FunctionHttpApi } from './function-http-api';
export * from './http-authorizer';
export * from './props';
