package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	media "github.com/cdk-media-replication/cdk-media-replication-go/cdkmediareplication"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Studio"), &awscdk.StackProps{
		Env: &awscdk.Environment{Region: jsii.String("us-east-1")},
	})

	media.NewReplicatedMediaBucket(stack, jsii.String("Media"), &media.ReplicatedMediaBucketProps{
		Replicas: &[]*media.MediaReplicaProps{{Region: jsii.String("eu-west-1")}},
	})

	app.Synth(nil)
}
