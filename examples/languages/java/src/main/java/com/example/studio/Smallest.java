package com.example.studio;

import io.github.cdkmediareplication.MediaReplicaProps;
import io.github.cdkmediareplication.ReplicatedMediaBucket;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;

public class Smallest {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = Stack.Builder.create(app, "Studio")
                .env(Environment.builder().region("us-east-1").build())
                .build();

        ReplicatedMediaBucket.Builder.create(stack, "Media")
                .replicas(List.of(MediaReplicaProps.builder().region("eu-west-1").build()))
                .build();

        app.synth();
    }
}
