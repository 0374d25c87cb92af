/** The number of replicas. */
export const SIZE = Number(process.argv[2]);
export const PRIMARY = { account: '111111111111', region: 'us-east-1' };
export const REPLICA_REGIONS = [
  ...['eu-west-1', 'ap-southeast-2', 'af-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-south-1', 'ap-southeast-1', 'ap-southeast-3', 'ca-central-1', 'eu-central-1', 'eu-north-1', 'eu-south-1'],
  ...['eu-west-2', 'eu-west-3', 'me-south-1', 'sa-east-1', 'us-west-1', 'us-west-2'],
];
