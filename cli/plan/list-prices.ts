import type { PriceName } from './prices';

const S3 = 'https://aws.amazon.com/s3/pricing/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const FARGATE = 'https://aws.amazon.com/fargate/pricing/';
const VPC = 'https://aws.amazon.com/vpc/pricing/';
const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';

interface ListPrice {
  readonly price: number;
  /** The page of AWS with the price. */
  readonly source: string;
}

/**
 * Public list prices, as an example. They are not updated automatically: change `date` only after all of them were read
 * again, and run `npx jest test/cli/prices.test.ts`, which compares docs/costs.md with them.
 *
 * Where AWS has volume tiers, the price is that of the first tier, without the free tier.
 */
export const LIST_PRICES = {
  region: 'us-east-1',
  currency: 'USD',
  date: '2026-11-22',
  prices: {
    storageGBMonth: { price: 0.023, source: S3 },
    putRequests1000: { price: 0.005, source: S3 },
    getRequests1000: { price: 0.0004, source: S3 },
    replicationTransferGB: { price: 0.02, source: S3 },
    replicationTimeControlGB: { price: 0.015, source: S3 },
    inventoryMillion: { price: 0.0025, source: S3 },
    athenaTB: { price: 5, source: 'https://aws.amazon.com/athena/pricing/' },
    downloadGB: { price: 0.09, source: S3 },
    kmsKeyMonth: { price: 1, source: 'https://aws.amazon.com/kms/pricing/' },
    alarmMonth: { price: 0.1, source: CLOUDWATCH },
    metricMonth: { price: 0.3, source: CLOUDWATCH },
    dashboardMonth: { price: 3, source: CLOUDWATCH },
    proxyVcpuHour: { price: 0.03238, source: FARGATE },
    proxyGBHour: { price: 0.00356, source: FARGATE },
    loadBalancerHour: { price: 0.0225, source: 'https://aws.amazon.com/elasticloadbalancing/pricing/' },
    natGatewayHour: { price: 0.045, source: VPC },
    publicAddressHour: { price: 0.005, source: VPC },
    endpointZoneHour: { price: 0.01, source: 'https://aws.amazon.com/privatelink/pricing/' },
    resolverAddressHour: { price: 0.125, source: 'https://aws.amazon.com/route53/pricing/' },
    functionRequestsMillion: { price: 0.2, source: LAMBDA },
    functionGBSecond: { price: 0.0000133334, source: LAMBDA },
    httpApiRequestsMillion: { price: 1, source: 'https://aws.amazon.com/api-gateway/pricing/' },
    attendeeMinute: { price: 0.0017, source: 'https://aws.amazon.com/chime/chime-sdk/pricing/' },
  } satisfies Record<PriceName, ListPrice>,
};
