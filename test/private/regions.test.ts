import { App, Stack } from 'aws-cdk-lib';
import { InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { s3EndpointService } from '../../src/private/regions';

test('s3EndpointService is the name that aws-cdk-lib uses, in every region', () => {
  const app = new App();
  const ofCdk = (region: string) =>
    new Stack(app, region, { env: { region } }).resolve(InterfaceVpcEndpointAwsService.S3.name);
  const regions = RegionInfo.regions.map(({ name }) => name);
  expect(regions).toEqual(expect.arrayContaining(['us-east-1', 'cn-north-1', 'cn-northwest-1', 'us-gov-west-1']));
  expect(regions.map(s3EndpointService)).toEqual(regions.map(ofCdk));
});
