package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	media "github.com/cdk-media-replication/cdk-media-replication-go/cdkmediareplication"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Studio"), &awscdk.StackProps{
		Env: &awscdk.Environment{Region: jsii.String("us-east-1")},
	})
	tokens := media.HttpAuthorizer_Jwt(&media.JwtAuthorizerOptions{
		Issuer:   jsii.String("https://login.example.com"),
		Audience: jsii.Strings("studio"),
	})

	// Ireland has every object, and a proxy for the office there. Sydney has the finished films only.
	bucket := media.NewReplicatedMediaBucket(stack, jsii.String("Media"), &media.ReplicatedMediaBucketProps{
		Replicas: &[]*media.MediaReplicaProps{
			{
				Region: jsii.String("eu-west-1"),
				Proxy: &media.S3MediaProxyOptions{
					DomainName:    jsii.String("media.eu.example.com"),
					DirectConnect: media.DirectConnect_Gateway(jsii.String("11111111-2222-3333-4444-555555555555"), nil),
					ClientCidrs:   jsii.Strings("10.20.0.0/16"),
				},
			},
			{
				Region: jsii.String("ap-southeast-2"),
				Prefix: jsii.String("films/"),
				Tags:   &map[string]*string{"state": jsii.String("finished"), "rights": jsii.String("cleared")},
				// S3 can't combine it with tags.
				DeleteMarkerReplication: jsii.Bool(false),
				StorageClass:            awss3.StorageClass_INFREQUENT_ACCESS(),
			},
		},
		CorsOrigins:                 jsii.Strings("https://studio.example.com"),
		NoncurrentVersionExpiration: awscdk.Duration_Days(jsii.Number(30)),
	})

	router := media.NewMediaRouter(stack, jsii.String("Router"), &media.MediaRouterProps{
		Media:             bucket,
		DefaultPreference: media.ReadPreference_AUTO,
		Readiness:         media.ReadinessMode_EXACT,
		IpRanges: &[]*media.MediaIpRange{
			{Cidr: jsii.String("203.0.113.0/24"), Region: jsii.String("eu-west-1")},
			{Cidr: jsii.String("198.51.100.0/24"), Region: jsii.String("ap-southeast-2")},
		},
		RegionWeights: &map[string]*float64{"eu-west-1": jsii.Number(100), "ap-southeast-2": jsii.Number(50)},
		LinkLifetime:  awscdk.Duration_Minutes(jsii.Number(30)),
		HttpApi: &media.HttpApiOptions{
			Authorizer:   tokens,
			AllowOrigins: jsii.Strings("https://studio.example.com"),
		},
		Access: media.LinkAccess_ByClaim(jsii.String("custom:studio"), jsii.String("studios/{claim}/"), nil),
	})

	meetings := media.NewReplicatedMeetingService(stack, jsii.String("Meetings"), &media.ReplicatedMeetingServiceProps{
		HttpApi: &media.MeetingHttpApiOptions{Authorizer: tokens, HostScopes: jsii.Strings("meetings/host")},
	})
	townHall := meetings.AddMeeting(jsii.String("TownHall"), &media.ReplicatedMeetingOptions{
		MediaRegion: jsii.String("us-east-1"),
		Replicas: &[]*media.MeetingReplicas{
			{MediaRegion: jsii.String("eu-west-1"), Count: jsii.Number(2)},
			{MediaRegion: jsii.String("ap-southeast-2")},
		},
		Presenters:  jsii.Strings("ceo", "moderator"),
		Features:    &media.MeetingFeatureOptions{VideoMaxResolution: media.VideoResolution_FHD},
		StartPolicy: media.MeetingStartPolicy_BY_HOST,
		SeatGrace:   awscdk.Duration_Minutes(jsii.Number(10)),
	})

	web := awsiam.NewRole(stack, jsii.String("Web"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ecs-tasks.amazonaws.com"), nil),
	})
	bucket.GrantReadWrite(web, nil)
	router.GrantInvoke(web)
	meetings.GrantJoin(web)
	meetings.AddAlarms(nil)

	awscdk.NewCfnOutput(stack, jsii.String("BucketInIreland"), &awscdk.CfnOutputProps{
		Value: bucket.Replica(jsii.String("eu-west-1")).Bucket.BucketName(),
	})
	awscdk.NewCfnOutput(stack, jsii.String("SeatsInTownHall"), &awscdk.CfnOutputProps{
		Value: jsii.String(fmt.Sprint(*townHall.Capacity())),
	})

	app.Synth(nil)
}
