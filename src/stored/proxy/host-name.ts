import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';

/** A host name that clients use, with its certificate and its record if they exist. */
export interface HostName {
  readonly domainName?: string;
  readonly certificate?: acm.ICertificate;
  readonly hostedZone?: route53.IHostedZone;
}

/** Returns the certificate of a host name, or creates one. Undefined without a host name. */
export function certificateFor(scope: Construct, id: string, name: HostName = {}): acm.ICertificate | undefined {
  const { domainName, certificate, hostedZone } = name;
  if (!domainName) return undefined;
  const validation = acm.CertificateValidation.fromDns(hostedZone);
  return certificate ?? new acm.Certificate(scope, id, { domainName, validation });
}

/** Creates the record of a host name that has a hosted zone. */
export function createRecord(
  scope: Construct,
  id: string,
  { domainName, hostedZone: zone }: HostName = {},
  target: elbv2.IApplicationLoadBalancer,
): void {
  if (!domainName || !zone) return;
  new route53.ARecord(scope, id, {
    zone,
    recordName: `${domainName}.`, // fully qualified, even if the name of the zone is a token
    target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(target)),
  });
}
