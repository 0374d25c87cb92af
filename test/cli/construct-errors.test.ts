import { problemsOf, VALID } from './support';

/** Problems that the schema cannot express, and the library reports: with their position in the file. */
describe('a problem', () => {
  test.each([
    ['of the bucket', '  removalPolicy: RETAIN\n  autoDeleteObjects: true', '8:22 media.autoDeleteObjects got '],
    ['of a replica', '    - region: eu-west-1', '7:15 media.replicas[1].region got "eu-west-1", expected '],
    [
      'of a proxy',
      '      proxy:\n        minCapacity: 1',
      '8:22 media.replicas[0].proxy.minCapacity got 1, expected at least 2',
    ],
    [
      'of a proxy, about a missing property',
      '      proxy: { redirectHttp: true }',
      '7:30 media.replicas[0].proxy.redirectHttp got ',
    ],
    [
      'of the router',
      'router: { ipRanges: [{ cidr: 10.0.0.0/8, region: us-west-2 }] }',
      '7:50 router.ipRanges[0].region got "us-west-2", expected ',
    ],
    [
      'of the router, with a key',
      'router:\n  regionWeights:\n    us-west-2: 10',
      '9:16 router.regionWeights.us-west-2 got "us-west-2"',
    ],
    ['of the canary', 'canary: { timeout: 10 days }', '7:20 canary.timeout got '],
    [
      'of the stack',
      'meetings:\n  rooms:\n    - &hall { meetingName: hall, mediaRegion: us-east-1 }\n    - *hall',
      '9:28 meetings.rooms[1].meetingName got "hall", expected a name that no other room has',
    ],
    [
      'of the service for meetings',
      'meetings: { controlRegion: eu-west-1, rooms: [] }',
      '7:28 meetings.controlRegion got "eu-west-1", expected',
    ],
    [
      'of a room',
      'meetings:\n  rooms:\n    - { meetingName: hall, mediaRegion: us-east-1, stageSlots: 3 }',
      '9:64 meetings.rooms[0].stageSlots got 3, expected 0',
    ],
    [
      'of the name of a room',
      'meetings:\n  rooms:\n    - { meetingName: x, mediaRegion: us-east-1 }',
      '9:22 meetings.rooms[0].meetingName got "x", expected 2 to 64',
    ],
    [
      'of the second replica of a room, where the first has a count',
      'meetings:\n  rooms:\n    - meetingName: hall\n      mediaRegion: us-east-1\n      replicas:\n' +
        '        - { mediaRegion: us-east-1, count: 3 }\n        - { mediaRegion: me-south-1 }',
      '13:26 meetings.rooms[0].replicas[1].mediaRegion got "me-south-1", expected a media region',
    ],
    ['of the monitoring', 'monitoring: { dashboardName: a b }', '7:30 monitoring.dashboardName got "a b", expected'],
    [
      'of the topic',
      'monitoring: { alarmTopic: "arn:aws:sns:eu-west-1:111111111111:oncall" }',
      '7:27 monitoring.alarmTopic got a topic in eu-west-1, expected a topic in us-east-1',
    ],
    [
      'that aws-cdk-lib reports, at the value that it names',
      '  noncurrentVersionExpiration: 15 minutes',
      "7:32 media.noncurrentVersionExpiration '15 minutes' cannot be converted into a whole number of days",
    ],
    [
      'of a lifecycle rule, whose objects expire before they transition',
      '  lifecycleRules:\n    - { expiration: 20 days, transitions: [{ storageClass: GLACIER, transitionAfter: 30 days }] }',
      '8:21 media.lifecycleRules[0].expiration got "20 days", expected more than 30 days, the time of `transitions[0]`.',
    ],
    [
      'of a transition that S3 rejects',
      '  lifecycleRules:\n    - transitions: [{ storageClass: STANDARD_IA, transitionAfter: 7 days }]',
      '8:21 media.lifecycleRules[0].transitions[0] got STANDARD_IA after 7 days, expected at least 30 days before',
    ],
    ['with the property instead of `env`', "      account: '222222222222'", '. Set `account`.'],
    ['with enum members instead of their names in code', '      bucket: existing', 'or set `encryption: S3_MANAGED`.'],
  ])('%s', async (_, text, expected) => {
    const [problem, ...others] = await problemsOf(`${VALID}${text}\n`);
    expect(problem).toContain(expected);
    expect(others).toEqual([]);
  });

  test('of one construct does not hide those of others', async () => {
    const problems = await problemsOf(
      `${VALID}monitoring: { dashboardName: a b, runbookUrl: wiki }\nmeetings: { rooms: [&hall { meetingName: hall, mediaRegion: us-east-1 }, *hall] }\n`,
    );
    expect(problems.map((problem) => problem.split(' ').slice(0, 2))).toEqual([
      ['7:30', 'monitoring.dashboardName'],
      ['7:47', 'monitoring.runbookUrl'],
      ['8:42', 'meetings.rooms[1].meetingName'],
    ]);
  });
});
