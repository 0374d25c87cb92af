import { Acceptance } from './nag';

/** Findings about the functions of this library, wherever they are. */
export const FUNCTIONS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-LambdaInsideVPC$/,
    path: /./,
    reason:
      'The functions talk to public endpoints of AWS only, over TLS with signed requests, and to nothing in a VPC. Inside ' +
      'of one they would need a NAT gateway or endpoints for each of these, in return for no network that they need.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaConcurrency$/,
    path: /./,
    reason:
      'Reserved concurrency would take capacity from the account, and refuse viewers above it. Who needs a limit sets ' +
      'one on the construct’s function.',
  },
  {
    rule: /^NIST\.800\.53\.R5-LambdaDLQ$/,
    path: /./,
    reason:
      'The functions are called synchronously, or again by the next run of a schedule: no event is lost that counts.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchLogGroupEncrypted$/,
    path: /Logs\/Resource$|\/AccessLog\/Resource$/,
    reason:
      'CloudWatch Logs encrypts every log group. The logs hold counts, names of operations and error codes, and no key, ' +
      'address, link or token.',
  },
  {
    rule: /^NIST\.800\.53\.R[45]-IAMNoInlinePolicy$/,
    path: /Role\/DefaultPolicy\//,
    reason: 'Each policy belongs to exactly one function’s role, with which it comes and goes.',
  },
];

/** Findings about alarms without actions. */
export const ALARMS: Acceptance[] = [
  {
    rule: /^NIST\.800\.53\.R[45]-CloudWatchAlarmAction$/,
    path: /Alarm(-[\w-]+)?\/Resource$/,
    reason: 'Whom an alarm calls, the user of the construct decides: `addAlarms({ actions })`.',
  },
];
