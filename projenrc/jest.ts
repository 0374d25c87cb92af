/** Strips the types only: `typecheck` has checked them. */
export const TRANSFORM = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
};
