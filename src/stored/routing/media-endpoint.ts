/** How viewers reach the bucket of a region, where that is not by S3's own name. */
export class MediaEndpoint {
  /**
   * Through a proxy that passes links on as they are, such as an `S3MediaProxy`: links are signed for S3's own name, and
   * the proxy's takes its place.
   *
   * @param url the proxy's: `https://media.eu.example.com`
   */
  public static proxy(url: string): MediaEndpoint {
    return new MediaEndpoint(url, false);
  }

  /**
   * Through an S3 interface endpoint without private DNS: links are signed for the endpoint's name.
   *
   * @param dnsName the endpoint's own, without a star: `vpce-1a2b3c4d-5e6f.s3.eu-west-1.vpce.amazonaws.com`
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
   * What a link begins with, and whether it is signed for that.
   *
   * @internal
   */
  public _bind(bucketName: string): [origin: string, signedForOrigin: 0 | 1] {
    return this.signedForName ? [`https://${bucketName}.bucket.${this.name}`, 1] : [this.name, 0];
  }
}
