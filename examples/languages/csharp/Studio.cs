using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.S3;
using CdkMediaReplication;

namespace Studio
{
    public static class Studio
    {
        public static void Main()
        {
            var app = new App();
            var stack = new Stack(app, "Studio", new StackProps
            {
                Env = new Amazon.CDK.Environment { Region = "us-east-1" }
            });
            var tokens = HttpAuthorizer.Jwt(new JwtAuthorizerOptions
            {
                Issuer = "https://login.example.com",
                Audience = new[] { "studio" }
            });

            // Ireland has every object, and a proxy for the office there. Sydney has the finished films only.
            var media = new ReplicatedMediaBucket(stack, "Media", new ReplicatedMediaBucketProps
            {
                Replicas = new[]
                {
                    new MediaReplicaProps
                    {
                        Region = "eu-west-1",
                        Proxy = new S3MediaProxyOptions
                        {
                            DomainName = "media.eu.example.com",
                            DirectConnect = DirectConnect.Gateway("11111111-2222-3333-4444-555555555555"),
                            ClientCidrs = new[] { "10.20.0.0/16" }
                        }
                    },
                    new MediaReplicaProps
                    {
                        Region = "ap-southeast-2",
                        Prefix = "films/",
                        Tags = new Dictionary<string, string> { ["state"] = "finished", ["rights"] = "cleared" },
                        DeleteMarkerReplication = false, // which S3 can't combine with tags
                        StorageClass = StorageClass.INFREQUENT_ACCESS
                    }
                },
                CorsOrigins = new[] { "https://studio.example.com" },
                NoncurrentVersionExpiration = Duration.Days(30)
            });

            var router = new MediaRouter(stack, "Router", new MediaRouterProps
            {
                Media = media,
                DefaultPreference = ReadPreference.AUTO,
                Readiness = ReadinessMode.EXACT,
                IpRanges = new[]
                {
                    new MediaIpRange { Cidr = "203.0.113.0/24", Region = "eu-west-1" },
                    new MediaIpRange { Cidr = "198.51.100.0/24", Region = "ap-southeast-2" }
                },
                RegionWeights = new Dictionary<string, double> { ["eu-west-1"] = 100, ["ap-southeast-2"] = 50 },
                LinkLifetime = Duration.Minutes(30),
                HttpApi = new HttpApiOptions
                {
                    Authorizer = tokens,
                    AllowOrigins = new[] { "https://studio.example.com" }
                },
                Access = LinkAccess.ByClaim("custom:studio", "studios/{claim}/")
            });

            var meetings = new ReplicatedMeetingService(stack, "Meetings", new ReplicatedMeetingServiceProps
            {
                HttpApi = new MeetingHttpApiOptions { Authorizer = tokens, HostScopes = new[] { "meetings/host" } }
            });
            var townHall = meetings.AddMeeting("TownHall", new ReplicatedMeetingOptions
            {
                MediaRegion = "us-east-1",
                Replicas = new[]
                {
                    new MeetingReplicas { MediaRegion = "eu-west-1", Count = 2 },
                    new MeetingReplicas { MediaRegion = "ap-southeast-2" }
                },
                Presenters = new[] { "ceo", "moderator" },
                Features = new MeetingFeatureOptions { VideoMaxResolution = VideoResolution.FHD },
                StartPolicy = MeetingStartPolicy.BY_HOST,
                SeatGrace = Duration.Minutes(10)
            });

            var web = new Role(stack, "Web", new RoleProps
            {
                AssumedBy = new ServicePrincipal("ecs-tasks.amazonaws.com")
            });
            media.GrantReadWrite(web);
            router.GrantInvoke(web);
            meetings.GrantJoin(web);
            meetings.AddAlarms();

            new CfnOutput(stack, "BucketInIreland", new CfnOutputProps
            {
                Value = media.Replica("eu-west-1").Bucket.BucketName
            });
            new CfnOutput(stack, "SeatsInTownHall", new CfnOutputProps { Value = $"{townHall.Capacity}" });

            app.Synth();
        }
    }
}
