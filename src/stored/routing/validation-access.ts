import { Token } from 'aws-cdk-lib';
import { MediaRouterOptions } from './props';
import { isPrefixTemplate, longestSessionPolicy, MAX_SESSION_POLICY_LENGTH } from './session-policy';
import { Problems } from '../../private/problems';

/** https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const property = 'access';

/** Validates which objects callers over HTTP get links to. */
export function validateAccess(problems: Problems, options: MediaRouterOptions): void {
  const { access, httpApi } = options;
  if (!access) {
    problems.expect(!httpApi, {
      property,
      got: undefined,
      expected: 'the objects that callers of the HTTP API get links to',
      fix:
        'Specify LinkAccess.byClaim() to limit callers to a prefix of their own, or LinkAccess.all() if every caller may ' +
        'get links to every object.',
    });
    return;
  }
  if (httpApi && !httpApi.authorizer._jwt) validateWithoutTokens(problems, access._settings);
  validateScopes(problems, options, access._settings);
  if (access._settings.byClaim) validateTemplate(problems, access._settings.byClaim);
}

type Settings = NonNullable<MediaRouterOptions['access']>['_settings'];

function validateWithoutTokens(problems: Problems, { byClaim, readScopes, uploadScopes }: Settings): void {
  problems.expect(!byClaim, {
    property,
    got: 'LinkAccess.byClaim() with HttpAuthorizer.iam()',
    expected: 'HttpAuthorizer.jwt(), because only tokens have claims',
    fix: 'Use HttpAuthorizer.jwt(), or LinkAccess.all() if callers with IAM authorization may get links to every object.',
  });
  problems.expect(!readScopes && !uploadScopes, {
    property,
    got: 'scopes with HttpAuthorizer.iam()',
    expected: 'no scopes, because only tokens have them',
    fix: 'Remove them. Callers with IAM credentials get upload links by invoking the function (`grantInvoke`).',
  });
}

function validateScopes(problems: Problems, { uploads }: MediaRouterOptions, settings: Settings): void {
  const { readScopes, uploadScopes } = settings;
  for (const scopes of [readScopes, uploadScopes]) {
    const isValid =
      !scopes || Token.isUnresolved(scopes) || (scopes.length > 0 && scopes.every((scope) => SCOPE.test(scope)));
    problems.expect(isValid, {
      property,
      got: scopes,
      expected: 'at least one scope, each without spaces, quotes and backslashes',
      fix: 'List the scopes one by one, or omit the list.',
    });
  }
  problems.expect(!uploadScopes || uploads === true, {
    property,
    got: 'uploadScopes',
    expected: 'uploads to be enabled',
    fix: 'Specify `uploads: true`, or remove `uploadScopes`.',
  });
}

function validateTemplate(problems: Problems, [claim, prefix]: [claim: string, prefix: string]): void {
  problems.expect(claim !== '', {
    property,
    got: claim,
    expected: 'the name of a claim',
    fix: 'Specify a claim of your tokens, for example `sub` or `custom:tenant`.',
  });
  const isTemplate = problems.expect(!Token.isUnresolved(prefix) && isPrefixTemplate(prefix), {
    property,
    got: prefix,
    expected:
      'a prefix that contains {claim} once and a slash after it, without *, ? and $, and without a slash at its start',
    fix: 'Specify a prefix such as tenants/{claim}/ in the code: it is checked at synthesis.',
  });
  if (!isTemplate) return;
  const length = longestSessionPolicy(prefix);
  problems.expect(length <= MAX_SESSION_POLICY_LENGTH, {
    property,
    got: prefix,
    expected: `a prefix with which the session policy has up to ${MAX_SESSION_POLICY_LENGTH} characters; it has up to ${length}`,
    fix: 'Specify a shorter prefix.',
  });
}
