using Amazon.CDK;
using CdkMediaReplication;

namespace Studio
{
    public static class Platform
    {
        public static void Main()
        {
            var app = new App();

            var platform = new MediaReplicationStack(app, "Platform", new MediaReplicationStackProps
            {
                Env = new Amazon.CDK.Environment { Region = "us-east-1" },
                Media = new ReplicatedMediaBucketProps
                {
                    Replicas = new[] { new MediaReplicaProps { Region = "eu-west-1", Prefix = "films/" } },
                    CorsOrigins = new[] { "https://studio.example.com" }
                },
                Router = new MediaRouterOptions
                {
                    DefaultPreference = ReadPreference.AUTO,
                    IpRanges = new[] { new MediaIpRange { Cidr = "10.20.0.0/16", Region = "eu-west-1" } }
                },
                Meetings = new MediaReplicationStackMeetings
                {
                    HttpApi = new MeetingHttpApiOptions { Authorizer = HttpAuthorizer.Iam() },
                    Rooms = new[]
                    {
                        new ReplicatedMeetingOptions
                        {
                            MeetingName = "town-hall",
                            MediaRegion = "us-east-1",
                            Replicas = new[] { new MeetingReplicas { MediaRegion = "eu-west-1", Count = 2 } }
                        }
                    }
                },
                Canary = new ReplicationCanaryOptions { Interval = Duration.Minutes(30) },
                Monitoring = new MediaMonitoringOptions
                {
                    AlarmEmails = new[] { "media-oncall@example.com" },
                    LatencyThreshold = Duration.Minutes(10)
                }
            });

            platform.Canary.AddAlarms(new ReplicationCanaryAlarmsOptions { FailedRuns = 2 });

            app.Synth();
        }
    }
}
