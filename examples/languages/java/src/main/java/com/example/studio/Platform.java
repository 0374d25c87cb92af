package com.example.studio;

import io.github.cdkmediareplication.HttpAuthorizer;
import io.github.cdkmediareplication.MediaIpRange;
import io.github.cdkmediareplication.MediaMonitoringOptions;
import io.github.cdkmediareplication.MediaReplicaProps;
import io.github.cdkmediareplication.MediaReplicationStack;
import io.github.cdkmediareplication.MediaReplicationStackMeetings;
import io.github.cdkmediareplication.MediaRouterOptions;
import io.github.cdkmediareplication.MeetingHttpApiOptions;
import io.github.cdkmediareplication.MeetingReplicas;
import io.github.cdkmediareplication.ReadPreference;
import io.github.cdkmediareplication.ReplicatedMediaBucketProps;
import io.github.cdkmediareplication.ReplicatedMeetingOptions;
import io.github.cdkmediareplication.ReplicationCanaryAlarmsOptions;
import io.github.cdkmediareplication.ReplicationCanaryOptions;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;

public class Platform {
    public static void main(String[] args) {
        App app = new App();

        MediaReplicationStack platform = MediaReplicationStack.Builder.create(app, "Platform")
                .env(Environment.builder().region("us-east-1").build())
                .media(ReplicatedMediaBucketProps.builder()
                        .replicas(List.of(MediaReplicaProps.builder()
                                .region("eu-west-1")
                                .prefix("films/")
                                .build()))
                        .corsOrigins(List.of("https://studio.example.com"))
                        .build())
                .router(MediaRouterOptions.builder()
                        .defaultPreference(ReadPreference.AUTO)
                        .ipRanges(List.of(
                                MediaIpRange.builder().cidr("10.20.0.0/16").region("eu-west-1").build()))
                        .build())
                .meetings(MediaReplicationStackMeetings.builder()
                        .httpApi(MeetingHttpApiOptions.builder()
                                .authorizer(HttpAuthorizer.iam())
                                .build())
                        .rooms(List.of(ReplicatedMeetingOptions.builder()
                                .meetingName("town-hall")
                                .mediaRegion("us-east-1")
                                .replicas(List.of(
                                        MeetingReplicas.builder().mediaRegion("eu-west-1").count(2).build()))
                                .build()))
                        .build())
                .canary(ReplicationCanaryOptions.builder().interval(Duration.minutes(30)).build())
                .monitoring(MediaMonitoringOptions.builder()
                        .alarmEmails(List.of("media-oncall@example.com"))
                        .latencyThreshold(Duration.minutes(10))
                        .build())
                .build();

        platform.getCanary().addAlarms(ReplicationCanaryAlarmsOptions.builder().failedRuns(2).build());

        app.synth();
    }
}
