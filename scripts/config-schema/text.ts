import { Docs } from '@jsii/spec';

/** The documentation of a property, with values in the notation of a config file. */
export function plainText({ summary, remarks, default: value, see }: Docs): string {
  const byDefault = value && `Default: ${value.replace(/^- /, '')}${/[.!]$/.test(value) ? '' : '.'}`;
  const parts = [summary, remarks, byDefault, see && `See ${see}`].filter(Boolean) as string[];
  return parts
    .map((part) => asInConfig(part).replace(/\s*\n\s*/g, ' '))
    .join('\n')
    .trim();
}

function asInConfig(text: string): string {
  return text
    .replace(/Duration\.(\w+)\((\d+)\)/g, (_, unit: string, count: string) =>
      count === '1' ? `1 ${unit.replace(/s$/, '')}` : `${count} ${unit}`,
    )
    .replace(/ec2\.IpAddresses\.cidr\('([^']+)'\)/g, '{ cidr: $1 }')
    .replace(/\bReadPreference\.([A-Z]+)/g, (_, name: string) => name.toLowerCase())
    .replace(
      /\b(?:\w+\.)?(?:RetentionDays|RemovalPolicy|BucketEncryption|ReadinessMode|ProxyMode|MeetingStartPolicy)\.([A-Z_]+)/g,
      '$1',
    );
}
