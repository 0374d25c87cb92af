from aws_cdk import App, Environment, Stack
from cdk_media_replication import MediaReplicaProps, ReplicatedMediaBucket

app = App()
stack = Stack(app, "Studio", env=Environment(region="us-east-1"))

ReplicatedMediaBucket(stack, "Media", replicas=[MediaReplicaProps(region="eu-west-1")])

app.synth()
