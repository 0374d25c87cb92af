import { isAllowed, Keys, PolicyDocument, principalOf, Roles, Statement } from './iam';

const ROLE = principalOf('arn:aws:iam::111122223333:role/reader');
const OTHER = principalOf('arn:aws:iam::444455556666:role/reader');
const RESOURCE = 'arn:aws:s3:::media/a.mp4';
const allow = (statement: Partial<Statement> = {}): PolicyDocument => ({
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::media/*', ...statement }],
});
const account = (id: string) => ({ AWS: `arn:aws:iam::${id}:root` });

function may(identity: PolicyDocument[], resource?: PolicyDocument, principal = ROLE, context = {}, decides = false) {
  const request = { principal, action: 's3:GetObject', resource: RESOURCE, resourceAccount: ROLE.account!, context };
  return isAllowed(request, { identity, resource, resourceDecides: decides });
}

describe('policies', () => {
  test('nothing is allowed without a statement', () => expect(may([])).toBe(false));

  test.each([
    ['the action', { Action: 's3:PutObject' }],
    ['the resource', { Resource: 'arn:aws:s3:::media2/*' }],
    ['a condition', { Condition: { StringEquals: { 'aws:ResourceAccount': '444455556666' } } }],
  ])('a statement does not apply if %s differs', (_, statement) => {
    expect(may([allow(statement)], undefined, ROLE, { 'aws:resourceaccount': '111122223333' })).toBe(false);
  });

  test('wildcards match, and actions are not case-sensitive', () => {
    expect(may([allow({ Action: 'S3:get*', Resource: '*/a.mp?' })])).toBe(true);
  });

  test('an explicit deny wins, wherever it is', () => {
    const deny = allow({ Effect: 'Deny', Principal: '*' });
    expect(may([allow(), deny])).toBe(false);
    expect(may([allow()], deny)).toBe(false);
  });

  test('in one account, the policy of the principal or of the resource is enough', () => {
    expect(may([allow()])).toBe(true);
    expect(may([], allow({ Principal: { AWS: ROLE.id } }))).toBe(true);
    expect(may([], allow({ Principal: account('111122223333') }))).toBe(false);
  });

  test('another account needs both policies', () => {
    const resource = allow({ Principal: account('444455556666') });
    expect(may([allow()], undefined, OTHER)).toBe(false);
    expect(may([], resource, OTHER)).toBe(false);
    expect(may([allow()], resource, OTHER)).toBe(true);
  });

  test('a key policy decides whether policies of the account count', () => {
    expect(may([allow()], allow({ Principal: account('444455556666') }), ROLE, {}, true)).toBe(false);
    expect(may([allow()], allow({ Principal: account('111122223333') }), ROLE, {}, true)).toBe(true);
  });

  test('negated operators are met without the key, and set operators by any value', () => {
    const condition = (Condition: Statement['Condition']) => [allow({ Condition })];
    const aliases = { 'kms:resourcealiases': ['alias/a', 'alias/b'] };
    expect(may(condition({ ArnNotEquals: { 'aws:SourceArn': 'a' } }))).toBe(true);
    expect(may(condition({ Null: { 'aws:SourceArn': 'true' } }))).toBe(true);
    expect(
      may(condition({ Bool: { 'aws:SecureTransport': 'false' } }), undefined, ROLE, { 'aws:securetransport': 'true' }),
    ).toBe(false);
    const anyAlias = condition({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/b' } });
    expect(may(anyAlias, undefined, ROLE, aliases)).toBe(true);
    expect(may(anyAlias)).toBe(false);
  });

  test.each([
    [{ DateLessThan: { 'aws:SourceArn': 'a' } }, 'The condition operator DateLessThan is not simulated.'],
    [{ StringEquals: { 'aws:SourceVpce': 'a' } }, 'The condition key aws:sourcevpce is not simulated.'],
    [{ StringEquals: { 'kms:ResourceAliases': 'a' } }, 'kms:resourcealiases has several values'],
  ])('fails for what is not simulated: %j', (Condition, message) => {
    expect(() => may([allow({ Condition })], undefined, ROLE, { 'kms:resourcealiases': ['a', 'b'] })).toThrow(message);
  });
});

describe('keys', () => {
  const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1';
  const ALIAS = 'arn:aws:kms:eu-west-1:111122223333:alias/media';
  const roles = new Roles();
  const keys = new Keys(roles);
  keys.put(ARN, {
    Statement: [{ Effect: 'Allow', Principal: account('111122223333'), Action: 'kms:*', Resource: '*' }],
  });
  keys.putAlias(ALIAS, ARN);
  roles.put(ROLE.id, { Statement: [] });
  roles.putPolicy(ROLE.id, 'by alias', {
    Statement: [
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: 'arn:aws:kms:eu-west-1:111122223333:key/*',
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/media' },
        },
      },
    ],
  });

  test.each([ARN, '1', ALIAS, 'alias/media'])('are found by %s', (name) => {
    expect(keys.resolve(name, 'eu-west-1', '111122223333')?.arn).toBe(ARN);
  });

  test('can be used by their alias, until it is deleted or the key is disabled', () => {
    const canUse = () => keys.canUse(ROLE, 'kms:Decrypt', ARN, RESOURCE);
    expect(canUse()).toBe(true);
    keys.get(ARN)!.enabled = false;
    expect(canUse()).toBe(false);
    keys.get(ARN)!.enabled = true;
    keys.deleteAlias(ALIAS);
    expect(canUse()).toBe(false);
  });
});
