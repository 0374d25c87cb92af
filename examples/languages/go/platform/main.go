package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	media "github.com/cdk-media-replication/cdk-media-replication-go/cdkmediareplication"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)

	platform := media.NewMediaReplicationStack(app, jsii.String("Platform"), &media.MediaReplicationStackProps{
		Env: &awscdk.Environment{Region: jsii.String("us-east-1")},
		Media: &media.ReplicatedMediaBucketProps{
			Replicas:    &[]*media.MediaReplicaProps{{Region: jsii.String("eu-west-1"), Prefix: jsii.String("films/")}},
			CorsOrigins: jsii.Strings("https://studio.example.com"),
		},
		Router: &media.MediaRouterOptions{
			DefaultPreference: media.ReadPreference_AUTO,
			IpRanges:          &[]*media.MediaIpRange{{Cidr: jsii.String("10.20.0.0/16"), Region: jsii.String("eu-west-1")}},
		},
		Meetings: &media.MediaReplicationStackMeetings{
			HttpApi: &media.MeetingHttpApiOptions{Authorizer: media.HttpAuthorizer_Iam()},
			Rooms: &[]*media.ReplicatedMeetingOptions{
				{
					MeetingName: jsii.String("town-hall"),
					MediaRegion: jsii.String("us-east-1"),
					Replicas:    &[]*media.MeetingReplicas{{MediaRegion: jsii.String("eu-west-1"), Count: jsii.Number(2)}},
				},
			},
		},
		Canary: &media.ReplicationCanaryOptions{Interval: awscdk.Duration_Minutes(jsii.Number(30))},
		Monitoring: &media.MediaMonitoringOptions{
			AlarmEmails:      jsii.Strings("media-oncall@example.com"),
			LatencyThreshold: awscdk.Duration_Minutes(jsii.Number(10)),
		},
	})

	platform.Canary().AddAlarms(&media.ReplicationCanaryAlarmsOptions{FailedRuns: jsii.Number(2)})

	app.Synth(nil)
}
