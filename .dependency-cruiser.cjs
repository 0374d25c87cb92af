const WINGS = 'stored|live|platform';
const HANDLER = '/runtime/|[.]lambda[.]ts$';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** The direction of imports: platform → stored, live → shared → private. docs/architecture.md describes it. */
module.exports = {
  forbidden: [
    rule('no-circles', 'Circular imports, including those of types only.', {}, { circular: true }),
    rule(
      'private',
      'private/ must not depend on features.',
      { path: '^src/private/' },
      { path: `^src/(shared|${WINGS})/` },
    ),
    rule('shared', 'shared/ must not depend on features.', { path: '^src/shared/' }, { path: `^src/(${WINGS})/` }),
    rule(
      'stored',
      'stored/ must not depend on live/ or platform/.',
      { path: '^src/stored/' },
      { path: '^src/(live|platform)/' },
    ),
    rule(
      'live',
      'live/ must not depend on stored/ or platform/.',
      { path: '^src/live/' },
      { path: '^src/(stored|platform)/' },
    ),
    rule(
      'monitoring',
      'monitoring/ must not depend on the stack that creates it.',
      { path: '^src/platform/monitoring/' },
      { path: '^src/platform/stack/' },
    ),
    rule(
      'feature-index',
      'Import another feature through its index.ts (or its contract.ts).',
      { path: `^src/(shared|${WINGS})/([^/]+)/` },
      { path: `^src/(shared|${WINGS})/[^/]+/`, pathNot: ['^src/$1/$2/', '/(index|contract)[.]ts$', '^src/shared/[^/]+/runtime/'] },
    ),
    rule(
      'handlers-are-bundled',
      'The package contains handlers as bundles only, so constructs cannot import them.',
      { path: '^src/', pathNot: HANDLER },
      { path: `^src/.*(${HANDLER})` },
    ),
    rule(
      'handlers-without-cdk',
      'Handlers, and the contracts that they share with constructs, must not load the CDK.',
      { path: `${HANDLER}|/contract[.]ts$` },
      { path: '(^|/)node_modules/(aws-cdk-lib|constructs)/', reachable: true },
    ),
    rule('resolvable', 'The import cannot be resolved.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
