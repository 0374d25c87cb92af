/** How viewers reach the bucket of a region, if not by S3's endpoint. */
export class MediaEndpoint {
  /**
   * A proxy that forwards links unchanged, such as an `S3MediaProxy`. Links are signed for S3's host name and use the
   * proxy's.
   *
   * @param url the URL of the proxy, for example `https://media.eu.example.com`
   */
  public static proxy(url: string): MediaEndpoint {
    return new MediaEndpoint(url, false);
  }

  /**
   * An S3 interface endpoint without private DNS. Links are signed for the endpoint's DNS name.
   *
   * @param dnsName the DNS name of the endpoint, without the wildcard, for example
   * `vpce-1a2b3c4d-5e6f.s3.eu-west-1.vpce.amazonaws.com`
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
   */
  public static privateLink(dnsName: string): MediaEndpoint {
    return new MediaEndpoint(dnsName, true);
  }

  private constructor(
    private readonly name: string,
    private readonly signedForName: boolean,
  ) {}

  /**
   * Returns the origin of links, and whether they are signed for it.
   *
   * @internal
   */
  public _bind(bucketName: string): [origin: string, signedForOrigin: 0 | 1] {
    return this.signedForName ? [`https://${bucketName}.bucket.${this.name}`, 1] : [this.name, 0];
  }
}
