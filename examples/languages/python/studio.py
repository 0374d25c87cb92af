from aws_cdk import App, CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from cdk_media_replication import (
    DirectConnect,
    HttpApiOptions,
    HttpAuthorizer,
    LinkAccess,
    MediaIpRange,
    MediaReplicaProps,
    MediaRouter,
    MeetingFeatureOptions,
    MeetingHttpApiOptions,
    MeetingReplicas,
    MeetingStartPolicy,
    ReadinessMode,
    ReadPreference,
    ReplicatedMediaBucket,
    ReplicatedMeetingService,
    S3MediaProxyOptions,
    VideoResolution,
)

app = App()
stack = Stack(app, "Studio", env=Environment(region="us-east-1"))
tokens = HttpAuthorizer.jwt(issuer="https://login.example.com", audience=["studio"])

# Ireland has every object, and a proxy for the office there. Sydney has the finished films only.
media = ReplicatedMediaBucket(
    stack,
    "Media",
    replicas=[
        MediaReplicaProps(
            region="eu-west-1",
            proxy=S3MediaProxyOptions(
                domain_name="media.eu.example.com",
                direct_connect=DirectConnect.gateway("11111111-2222-3333-4444-555555555555"),
                client_cidrs=["10.20.0.0/16"],
            ),
        ),
        MediaReplicaProps(
            region="ap-southeast-2",
            prefix="films/",
            tags={"state": "finished", "rights": "cleared"},
            delete_marker_replication=False,  # which S3 can't combine with tags
            storage_class=s3.StorageClass.INFREQUENT_ACCESS,
        ),
    ],
    cors_origins=["https://studio.example.com"],
    noncurrent_version_expiration=Duration.days(30),
)

router = MediaRouter(
    stack,
    "Router",
    media=media,
    default_preference=ReadPreference.AUTO,
    readiness=ReadinessMode.EXACT,
    ip_ranges=[
        MediaIpRange(cidr="203.0.113.0/24", region="eu-west-1"),
        MediaIpRange(cidr="198.51.100.0/24", region="ap-southeast-2"),
    ],
    region_weights={"eu-west-1": 100, "ap-southeast-2": 50},
    link_lifetime=Duration.minutes(30),
    http_api=HttpApiOptions(authorizer=tokens, allow_origins=["https://studio.example.com"]),
    access=LinkAccess.by_claim("custom:studio", "studios/{claim}/"),
)

meetings = ReplicatedMeetingService(
    stack,
    "Meetings",
    http_api=MeetingHttpApiOptions(authorizer=tokens, host_scopes=["meetings/host"]),
)
town_hall = meetings.add_meeting(
    "TownHall",
    media_region="us-east-1",
    replicas=[
        MeetingReplicas(media_region="eu-west-1", count=2),
        MeetingReplicas(media_region="ap-southeast-2"),
    ],
    presenters=["ceo", "moderator"],
    features=MeetingFeatureOptions(video_max_resolution=VideoResolution.FHD),
    start_policy=MeetingStartPolicy.BY_HOST,
    seat_grace=Duration.minutes(10),
)

web = iam.Role(stack, "Web", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
media.grant_read_write(web)
router.grant_invoke(web)
meetings.grant_join(web)
meetings.add_alarms()

CfnOutput(stack, "BucketInIreland", value=media.replica("eu-west-1").bucket.bucket_name)
CfnOutput(stack, "SeatsInTownHall", value=str(town_hall.capacity))

app.synth()
