using Amazon.CDK;
using CdkMediaReplication;

namespace Studio
{
    public static class Smallest
    {
        public static void Main()
        {
            var app = new App();
            var stack = new Stack(app, "Studio", new StackProps
            {
                Env = new Amazon.CDK.Environment { Region = "us-east-1" }
            });

            new ReplicatedMediaBucket(stack, "Media", new ReplicatedMediaBucketProps
            {
                Replicas = new[] { new MediaReplicaProps { Region = "eu-west-1" } }
            });

            app.Synth();
        }
    }
}
