package dev.trigon.dataplane.health.path;

import static dev.trigon.linux.NetworkNamespace.output;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A process that has the way of checks, to be killed with it. */
final class PathDriver {
    private static final String READY = "ready";

    private PathDriver() {}

    @SuppressWarnings("SystemOut")
    public static void main(String... arguments) throws Refusal {
        VipPath path = VipPath.open(id -> null, 1_500, PathScene.OWNER);
        path.use(Set.of(Way.L2DSR.vip(), Way.L2DSR_IPV6.vip()));
        System.out.println(READY);
        while (true) {
            LockSupport.park();
        }
    }

    /** Starts one in the namespace of the calling thread, and ends it with SIGKILL. */
    static void killAfterStart() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PathDriver.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            while (line != null && !line.equals(READY)) {
                line = said.readLine();
            }
            assertThat(line).isEqualTo(READY);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** What the kernel has that could be the way's. */
    static String state() {
        return output("ip rule show; ip -6 rule show; ip -o link show | grep -o trigon-hc || true;"
                + " ip route show table 8484 2>/dev/null || true; ip -6 route show table 8484 2>/dev/null || true");
    }
}
