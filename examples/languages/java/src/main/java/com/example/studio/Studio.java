package com.example.studio;

import io.github.cdkmediareplication.DirectConnect;
import io.github.cdkmediareplication.HttpApiOptions;
import io.github.cdkmediareplication.HttpAuthorizer;
import io.github.cdkmediareplication.IReplicatedMeeting;
import io.github.cdkmediareplication.JwtAuthorizerOptions;
import io.github.cdkmediareplication.LinkAccess;
import io.github.cdkmediareplication.MediaIpRange;
import io.github.cdkmediareplication.MediaReplicaProps;
import io.github.cdkmediareplication.MediaRouter;
import io.github.cdkmediareplication.MeetingFeatureOptions;
import io.github.cdkmediareplication.MeetingHttpApiOptions;
import io.github.cdkmediareplication.MeetingReplicas;
import io.github.cdkmediareplication.MeetingStartPolicy;
import io.github.cdkmediareplication.ReadPreference;
import io.github.cdkmediareplication.ReadinessMode;
import io.github.cdkmediareplication.ReplicatedMediaBucket;
import io.github.cdkmediareplication.ReplicatedMeetingOptions;
import io.github.cdkmediareplication.ReplicatedMeetingService;
import io.github.cdkmediareplication.S3MediaProxyOptions;
import io.github.cdkmediareplication.VideoResolution;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.s3.StorageClass;

public class Studio {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = Stack.Builder.create(app, "Studio")
                .env(Environment.builder().region("us-east-1").build())
                .build();
        HttpAuthorizer tokens = HttpAuthorizer.jwt(JwtAuthorizerOptions.builder()
                .issuer("https://login.example.com")
                .audience(List.of("studio"))
                .build());

        // Ireland has every object, and a proxy for the office there. Sydney has the finished films only.
        ReplicatedMediaBucket media = ReplicatedMediaBucket.Builder.create(stack, "Media")
                .replicas(List.of(
                        MediaReplicaProps.builder()
                                .region("eu-west-1")
                                .proxy(S3MediaProxyOptions.builder()
                                        .domainName("media.eu.example.com")
                                        .directConnect(DirectConnect.gateway("11111111-2222-3333-4444-555555555555"))
                                        .clientCidrs(List.of("10.20.0.0/16"))
                                        .build())
                                .build(),
                        MediaReplicaProps.builder()
                                .region("ap-southeast-2")
                                .prefix("films/")
                                .tags(Map.of("state", "finished", "rights", "cleared"))
                                .deleteMarkerReplication(false) // which S3 can't combine with tags
                                .storageClass(StorageClass.INFREQUENT_ACCESS)
                                .build()))
                .corsOrigins(List.of("https://studio.example.com"))
                .noncurrentVersionExpiration(Duration.days(30))
                .build();

        MediaRouter router = MediaRouter.Builder.create(stack, "Router")
                .media(media)
                .defaultPreference(ReadPreference.AUTO)
                .readiness(ReadinessMode.EXACT)
                .ipRanges(List.of(
                        MediaIpRange.builder().cidr("203.0.113.0/24").region("eu-west-1").build(),
                        MediaIpRange.builder().cidr("198.51.100.0/24").region("ap-southeast-2").build()))
                .regionWeights(Map.of("eu-west-1", 100, "ap-southeast-2", 50))
                .linkLifetime(Duration.minutes(30))
                .httpApi(HttpApiOptions.builder()
                        .authorizer(tokens)
                        .allowOrigins(List.of("https://studio.example.com"))
                        .build())
                .access(LinkAccess.byClaim("custom:studio", "studios/{claim}/"))
                .build();

        ReplicatedMeetingService meetings = ReplicatedMeetingService.Builder.create(stack, "Meetings")
                .httpApi(MeetingHttpApiOptions.builder()
                        .authorizer(tokens)
                        .hostScopes(List.of("meetings/host"))
                        .build())
                .build();
        IReplicatedMeeting townHall = meetings.addMeeting("TownHall", ReplicatedMeetingOptions.builder()
                .mediaRegion("us-east-1")
                .replicas(List.of(
                        MeetingReplicas.builder().mediaRegion("eu-west-1").count(2).build(),
                        MeetingReplicas.builder().mediaRegion("ap-southeast-2").build()))
                .presenters(List.of("ceo", "moderator"))
                .features(MeetingFeatureOptions.builder().videoMaxResolution(VideoResolution.FHD).build())
                .startPolicy(MeetingStartPolicy.BY_HOST)
                .seatGrace(Duration.minutes(10))
                .build());

        Role web = Role.Builder.create(stack, "Web")
                .assumedBy(new ServicePrincipal("ecs-tasks.amazonaws.com"))
                .build();
        media.grantReadWrite(web);
        router.grantInvoke(web);
        meetings.grantJoin(web);
        meetings.addAlarms();

        CfnOutput.Builder.create(stack, "BucketInIreland")
                .value(media.replica("eu-west-1").getBucket().getBucketName())
                .build();
        CfnOutput.Builder.create(stack, "SeatsInTownHall")
                .value(townHall.getCapacity().toString())
                .build();

        app.synth();
    }
}
