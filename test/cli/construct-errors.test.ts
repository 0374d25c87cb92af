import { problemsOf, RIGHT } from './support';

/** What the schema can't know, and the library says: with the place in the file. */
describe('an error of a construct', () => {
  test.each([
    [
      'of the bucket',
      'removalPolicy: RETAIN\nautoDeleteObjects: true',
      '7:20 autoDeleteObjects got "true with removalPolicy retain", expected',
    ],
    [
      'of a replica',
      '  - region: eu-west-1',
      '6:13 replicas[1].region got "eu-west-1", expected a region that no other replica has',
    ],
    ['of a proxy', '    proxy:\n      minCapacity: 1', '7:20 replicas[0].proxy.minCapacity got 1, expected at least 2'],
    [
      'of a proxy, about what is not there',
      '    proxy: { redirectHttp: true }',
      '6:28 replicas[0].proxy.redirectHttp got "a value without domainName"',
    ],
    [
      'of the router',
      'ipRanges: [{ cidr: 10.0.0.0/8, region: us-west-2 }]',
      '6:40 ipRanges[0].region got "us-west-2", expected a region with a copy',
    ],
    ['of the router, by a key', 'regionWeights:\n  us-west-2: 10', '7:14 regionWeights.us-west-2 got "us-west-2"'],
    [
      'of the stack',
      'controlRegion: us-east-1',
      '6:16 controlRegion got "us-east-1", expected nothing without meetings',
    ],
    [
      'of the service for meetings',
      'controlRegion: eu-west-1\nmeetings: []',
      '6:16 controlRegion got "eu-west-1", expected a region with an endpoint for meetings',
    ],
    [
      'of a meeting',
      'meetings:\n  - { name: hall, mediaRegion: us-east-1, stageSlots: 3 }',
      '7:55 meetings[0].stageSlots got 3, expected 0',
    ],
    [
      'of a name',
      'meetings:\n  - { name: x, mediaRegion: us-east-1 }',
      '7:13 meetings[0].name got "x", expected 2 to 64',
    ],
    [
      'of the second of replicas, of which the first counts thrice',
      'meetings:\n  - name: hall\n    mediaRegion: us-east-1\n    replicas:\n      - { mediaRegion: us-east-1, count: 3 }\n      - { mediaRegion: me-south-1 }',
      '11:24 meetings[0].replicas[1].mediaRegion got "me-south-1", expected a media region',
    ],
    ['of the monitoring', 'dashboardName: a b', '6:16 dashboardName got "a b", expected'],
    [
      'of the monitoring, by another name',
      'alarmTopic: arn:aws:sns:eu-west-1:111111111111:ours',
      '6:13 alarmTopic got "a topic in eu-west-1", expected a topic in us-east-1',
    ],
    [
      'of aws-cdk-lib, by the value that it names',
      'noncurrentVersionExpiration: 15 minutes',
      "6:30 noncurrentVersionExpiration '15 minutes' cannot be converted into a whole number of days",
    ],
    ['in the words of a config', "    account: '222222222222'", '. Set `account`.'],
    ['in the names of a config', '    bucket: existing', 'or set `encryption: S3_MANAGED`.'],
  ])('%s', async (_, text, expected) => {
    const [problem, ...others] = await problemsOf(`${RIGHT}${text}\n`);
    expect(problem).toContain(expected);
    expect(others).toEqual([]);
  });
});
