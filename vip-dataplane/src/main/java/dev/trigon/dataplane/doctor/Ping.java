package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.doctor.Echo.Outcome;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Echo requests by the program ping(8) of iputils, which can forbid that they are cut up. */
final class Ping {
    private static final int IPV4_AND_ICMP = 20 + 8;
    private static final int IPV6_AND_ICMP = 40 + 8;
    /** What a router says, or the kernel of its own link. */
    private static final Pattern MTU = Pattern.compile("mtu ?= ?(\\d+)");

    private static final int ANSWERED = 0;
    private static final int SILENT = 1;

    private Ping() {}

    /** @param octets of the whole packet */
    static Echo send(InetAddress address, int octets) {
        int headers = address instanceof Inet4Address ? IPV4_AND_ICMP : IPV6_AND_ICMP;
        List<String> command = List.of(
                "ping",
                "-n",
                "-c",
                "2",
                "-i",
                "0.2",
                "-W",
                "1",
                "-w",
                "2",
                "-M",
                "do",
                "-s",
                String.valueOf(octets - headers),
                address.getHostAddress());
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            // what it says is read here: it must not come translated
            builder.environment().put("LC_ALL", "C");
            Process ping = builder.start();
            ping.getOutputStream().close();
            String said = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return understand(ping.waitFor(), said);
        } catch (IOException e) {
            return new Echo(Outcome.NOT_ASKED, "the program ping cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Echo(Outcome.NOT_ASKED, "there was no time");
        }
    }

    static Echo understand(int exit, String said) {
        Matcher mtu = MTU.matcher(said);
        if (exit == ANSWERED) {
            return new Echo(Outcome.ANSWERED, "");
        }
        if (mtu.find()) {
            return new Echo(Outcome.TOO_LARGE, "MTU " + mtu.group(1));
        }
        boolean usage = said.contains("invalid option") || said.contains("unrecognized option");
        if (exit == SILENT && !usage) {
            return new Echo(Outcome.SILENT, "no answer");
        }
        return new Echo(
                Outcome.NOT_ASKED,
                "ping: "
                        + said.lines().findFirst().orElse("exit status " + exit).replaceFirst("^ping: ", ""));
    }
}
