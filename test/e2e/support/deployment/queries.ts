import { ResourceType } from './resource-type';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-workgroup.html */
const WORK_GROUP: ResourceType = {
  replacedBy: ['Name'],
  create: ({ Name, WorkGroupConfiguration: settings }, { cloud, stack }) => {
    cloud.athena.putWorkGroup({
      name: Name,
      region: stack.region,
      arn: `arn:aws:athena:${stack.region}:${stack.account}:workgroup/${Name}`,
      bytesScannedCutoff: settings.BytesScannedCutoffPerQuery,
      outputLocation: settings.ResultConfiguration.OutputLocation,
    });
    return { Ref: Name };
  },
  update: (properties, _, context) => WORK_GROUP.create(properties, context),
  delete: () => undefined,
};

export const QUERIES: Readonly<Record<string, ResourceType>> = { 'AWS::Athena::WorkGroup': WORK_GROUP };
