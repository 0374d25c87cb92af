import io.trino.plugin.hive.HivePlugin;
import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.TestingSession;
import java.util.Map;

/**
 * Trino in one process, with the Hive tables of a folder. Prints READY and its address, and ends with its standard input.
 */
class TrinoServer {
    public static void main(String[] arguments) throws Exception {
        try (DistributedQueryRunner runner = DistributedQueryRunner.builder(TestingSession.testSessionBuilder().build())
                .setWorkerCount(0)
                .addExtraProperty("query.max-memory-per-node", arguments[1])
                .addExtraProperty("memory.heap-headroom-per-node", "300MB")
                .build()) {
            runner.installPlugin(new HivePlugin());
            runner.createCatalog("hive", "hive", Map.of(
                    "hive.metastore", "file",
                    "hive.metastore.catalog.dir", "local:///metastore",
                    "hive.partition-projection-enabled", "true",
                    "fs.native-local.enabled", "true",
                    "local.location", arguments[0]));
            System.out.println("READY " + runner.getCoordinator().getBaseUrl());
            while (System.in.read() >= 0) {}
        }
    }
}
