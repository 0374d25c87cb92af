from aws_cdk import App, Duration, Environment
from cdk_media_replication import (
    HttpAuthorizer,
    MediaIpRange,
    MediaMonitoringOptions,
    MediaReplicaProps,
    MediaReplicationStack,
    MediaReplicationStackMeetings,
    MediaRouterOptions,
    MeetingHttpApiOptions,
    MeetingReplicas,
    ReadPreference,
    ReplicatedMediaBucketProps,
    ReplicatedMeetingOptions,
    ReplicationCanaryOptions,
)

app = App()

# Elements of lists must be structs: jsii silently ignores snake_case keys of dicts in lists.
platform = MediaReplicationStack(
    app,
    "Platform",
    env=Environment(region="us-east-1"),
    media=ReplicatedMediaBucketProps(
        replicas=[MediaReplicaProps(region="eu-west-1", prefix="films/")],
        cors_origins=["https://studio.example.com"],
    ),
    router=MediaRouterOptions(
        default_preference=ReadPreference.AUTO,
        ip_ranges=[MediaIpRange(cidr="10.20.0.0/16", region="eu-west-1")],
    ),
    meetings=MediaReplicationStackMeetings(
        http_api=MeetingHttpApiOptions(authorizer=HttpAuthorizer.iam()),
        rooms=[
            ReplicatedMeetingOptions(
                meeting_name="town-hall",
                media_region="us-east-1",
                replicas=[MeetingReplicas(media_region="eu-west-1", count=2)],
            ),
        ],
    ),
    canary=ReplicationCanaryOptions(interval=Duration.minutes(30)),
    monitoring=MediaMonitoringOptions(
        alarm_emails=["media-oncall@example.com"],
        latency_threshold=Duration.minutes(10),
    ),
)

platform.canary.add_alarms(failed_runs=2)

app.synth()
